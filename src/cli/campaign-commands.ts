/** The words of `callwright campaign`, each of which leads to what `campaign.ts` does. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { campaignStatuses } from '../api/contract/campaigns.ts';

const work = () => import('./campaign.ts');

export function addCampaignCommands(program: Command): void {
  const campaign = program
    .command('campaign')
    .description('call many people from a file, by the API of a running server')
    .addHelpText('after', access);
  campaign
    .command('create')
    .description('make a campaign of the contacts in a CSV file, and print its id')
    .argument('<file>', 'contacts: a header line, then one person a line')
    .option('--name <name>', 'what it is called; required unless the settings name it')
    .option('--settings <file>', 'JSON with any fields of POST /v1/campaigns')
    .option('--assistant <id>', 'who speaks; the usual assistant unless told', toWholeNumber)
    .option('--welcome-message <text>', 'what is said first, with {{columns}} of the file')
    .option('--agenda <text>', 'what the calls are for')
    .option('--country <code>', 'of numbers that begin with no +, as US')
    .option('--calls-per-minute <count>', 'how many calls begin in a minute', toWholeNumber)
    .option('--concurrent-calls <count>', 'how many are on the line at once', toWholeNumber)
    .option('--dry-run', 'only say what would become of the rows')
    .option('--start', 'start it at once')
    .action(async (file, { dryRun, start, ...options }) =>
      (await work()).createCampaign(file, { ...options, dryRun: dryRun === true, start: start === true }),
    );
  campaign
    .command('add')
    .description('add contacts to a campaign; who is in it already is not added twice')
    .argument('<id>')
    .argument('<file>')
    .option('--dry-run', 'only say what would become of the rows')
    .action(async (id, file, { dryRun }) => (await work()).addContacts(id, file, { dryRun: dryRun === true }));
  for (const action of ['start', 'pause', 'resume'] as const) {
    campaign
      .command(action)
      .description(`${action} a campaign`)
      .argument('<id>')
      .action(async (id) => (await work()).actOn(action, id));
  }
  campaign
    .command('cancel')
    .description('call a campaign off for good')
    .argument('<id>')
    .option('--hang-up', 'also end the conversations that are under way')
    .action(async (id, { hangUp }) => (await work()).actOn('cancel', id, { hangUp: hangUp === true }));
  campaign
    .command('list')
    .description('list campaigns, the newest first')
    .addOption(new Option('--status <status>', 'only those').choices(campaignStatuses))
    .action(async (options) => (await work()).listCampaigns(options));
  campaign
    .command('watch')
    .description('print the progress until it is over; ends with 1 when it was halted or canceled')
    .argument('<id>')
    .action(async (id) => (await work()).watchCampaign(id));
  campaign
    .command('results')
    .description('print what became of each contact, as CSV')
    .argument('<id>')
    .option('--output <file>', 'write it there')
    .action(async (id, options) => (await work()).fetchResults(id, options));
}

const access = `
CALLWRIGHT_URL and CALLWRIGHT_KEY say which server, and who asks; without them it is the server that runs on the
settings of this folder, with its operator's key.`;

function toWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
