/** `callwright replay`: lets the person of a call that was held talk to another prompt, model or version, and shows what is different. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssistantResource, AssistantVersionResource, CreateAssistant } from '../api/contract/assistants.ts';
import type { CallWithTurns } from '../api/contract/calls.ts';
import { defaultAssistant } from '../assistant/assistant.ts';
import { CallwrightError } from '../base/errors.ts';
import { compareCalls } from '../suite/replay/compare-calls.ts';
import { toReplayLines } from '../suite/replay/replay-report.ts';
import { toReplayedPerson } from '../suite/replay/to-replayed-person.ts';
import { readCommandConfig } from './environment.ts';
import { askOwnServer, type OwnServer } from './own-server.ts';
import { openTestServer } from './test-server.ts';

export interface ReplayOptions {
  /** A file with the prompt to try. */
  prompt?: string | undefined;
  /** A language model to try; the configured one unless told. */
  model?: string | undefined;
  /** A published version of the call's assistant; the one that the call was made with unless told. */
  assistantVersion?: number | undefined;
  json?: boolean | undefined;
  speed?: number | undefined;
}

export async function replay(id: string, options: ReplayOptions): Promise<void> {
  const own = await askOwnServer(readCommandConfig());
  const call = await own.get<CallWithTurns>(`/v1/calls/${encodeURIComponent(id)}`);
  if (call.turns.length === 0) {
    throw new CallwrightError('replay/nothing-said', `Nothing was said in ${call.id}: there is nothing to replay.`);
  }
  const assistant = withPrompt(await assistantOf(own, call, options), options.prompt);
  const again = await callAgain(call, assistant, options);
  const comparison = compareCalls(call, again);
  if (options.json) console.log(JSON.stringify({ call: call.id, ...comparison }, null, 2));
  else console.log(toReplayLines(comparison).join('\n'));
}

type Definition = Omit<CreateAssistant, 'id' | 'client_id'>;

/** As it was when the call was made, or as another version has it. */
async function assistantOf(own: OwnServer, call: CallWithTurns, options: ReplayOptions): Promise<Definition> {
  const { id, version } = call.assistant;
  const wanted = options.assistantVersion ?? version;
  if (id === null || wanted === null) {
    if (options.assistantVersion !== undefined) {
      throw new CallwrightError(
        'replay/no-version',
        `${call.id} was held by the usual assistant, which has no versions.`,
      );
    }
    const { name, prompt, language } = defaultAssistant;
    return { name, prompt, language, engine: call.dialect === 'outbound-call' ? 'relay' : 'cascade' };
  }
  const { definition } = await own.get<AssistantVersionResource>(`/v1/assistants/${id}/versions/${wanted}`);
  return definition;
}

function withPrompt(assistant: Definition, file: string | undefined): Definition {
  if (file === undefined) return assistant;
  try {
    return { ...assistant, prompt: readFileSync(file, 'utf8') };
  } catch {
    throw new CallwrightError('replay/no-prompt', `${file} cannot be read: name a file with the prompt to try.`);
  }
}

async function callAgain(call: CallWithTurns, assistant: Definition, options: ReplayOptions): Promise<CallWithTurns> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-replay-'));
  try {
    const config = readCommandConfig({ dataDir });
    const { languageModel } = config;
    if (options.model !== undefined && !languageModel) {
      throw new CallwrightError(
        'replay/no-model',
        'A model to try needs a language model in the settings: set OPENAI_API_KEY.',
      );
    }
    const model = languageModel && { ...languageModel, model: options.model ?? languageModel.model };
    const engines = [assistant.engine];
    const opened = await openTestServer({ ...config, languageModel: model }, { engines, speed: options.speed });
    try {
      const { server } = opened;
      const number = call.direction === 'inbound' ? call.from : call.to;
      server.setPerson(number, toReplayedPerson(call));
      const made = (await server.post('/v1/assistants', assistant)) as Pick<AssistantResource, 'id'>;
      const placed = await server.post('/v1/calls', toRequest(call, { to: number, assistant_id: made.id }, options));
      await server.whenTold('call.ended', String(placed.id));
      return await server.call(String(placed.id));
    } finally {
      await opened.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** What was said first and what the call was for are as they were, unless another version says them its own way. */
function toRequest(call: CallWithTurns, request: object, { assistantVersion }: ReplayOptions): object {
  const opening = { welcome_message: call.welcome_message, agenda: call.agenda };
  return { ...request, variables: call.parameters, ...(assistantVersion === undefined ? opening : {}) };
}
