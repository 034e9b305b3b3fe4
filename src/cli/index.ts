/** The command line: one line a command, each in a file of its own. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { engines } from '../assistant/assistant.ts';
import { CallwrightError } from '../base/errors.ts';
import { addCampaignCommands } from './campaign-commands.ts';

const program = new Command('callwright').description('Places and answers phone calls and lets an AI assistant talk.');

program
  .command('start')
  .description('start the server on the settings of the environment and .env')
  .action(async () => (await import('./start.ts')).start());

program
  .command('demo')
  .description('place a call to a simulated person and watch it')
  .option('--once', 'stop after the call instead of staying up')
  .addOption(new Option('--engine <engine>', 'how the assistant hears and speaks').choices(engines).default('relay'))
  .action(async ({ once, engine }) => (await import('./demo.ts')).demo({ once: once === true, engine }));

program
  .command('simulate')
  .description('run the simulated phone network and vendors of speech alone, for any Twilio voice application')
  .option('--port <port>', 'where it listens; 0 takes a free port', toNumber, 4010)
  .option('--vendors-port <port>', 'where the vendors of speech listen; 0 takes a free port', toNumber, 4011)
  .option('--host <address>', 'the address it listens on', '127.0.0.1')
  .option('--calls-per-second <rate>', 'how many calls start in a second', toNumber, 1)
  .option('--speed <factor>', 'how many times faster than life everything goes', toNumber, 1)
  .option('--account-sid <sid>', 'random unless told')
  .option('--auth-token <token>', 'random unless told')
  .option('--number <number...>', "the account's own numbers")
  .action(async ({ number, ...options }) => (await import('./simulate.ts')).simulate({ ...options, numbers: number }));

program
  .command('test')
  .argument('<suite>', 'a YAML or JSON file of test calls')
  .description('let an assistant talk to simulated people, and check what came of each call')
  .option('--case <words>', 'only cases whose names hold these words')
  .option('--parallel <calls>', 'how many calls at once', toCount, 4)
  .option('--junit <file>', 'write the results for a build server')
  .option('--json <file>', 'write the results with their transcripts')
  .action(async (suite, options) => (await import('./test.ts')).test(suite, options));

program
  .command('replay')
  .argument('<call>', 'the id of a call of the running server')
  .description('let the person of a call talk to another prompt, model or version, and show what is different')
  .option('--prompt <file>', 'a file with the prompt to try')
  .option('--model <name>', 'the language model to try')
  .option('--assistant-version <number>', 'the published version to try', toCount)
  .option('--speed <factor>', 'how many times faster than life it goes', toNumber)
  .option('--json', 'print the comparison as JSON')
  .action(async (call, options) => (await import('./replay.ts')).replay(call, options));

program
  .command('doctor')
  .description('have the running server look at itself: what is missing, and what to do')
  .action(async () => (await import('./doctor.ts')).doctor());

addCampaignCommands(program);

program
  .command('rotate-signing-key')
  .description('sign access tokens with a new key; a running server takes it up by itself')
  .option('--drop-old', 'void every access token at once instead of letting them expire')
  .action(async (options: { dropOld?: boolean }) =>
    (await import('./rotate-signing-key.ts')).rotate({ dropOld: options.dropOld === true }),
  );

function toNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number) || number < 0) throw new InvalidArgumentError('It must be a number.');
  return number;
}

function toCount(text: string): number {
  const count = toNumber(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return count;
}

try {
  await program.parseAsync();
} catch (error) {
  // What we throw on purpose is meant for the person who typed the command; anything else is a fault.
  console.error(error instanceof CallwrightError ? error.message : error);
  process.exit(1);
}
