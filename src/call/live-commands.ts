/** What is done to a conversation from outside, on whichever node holds it. */
import { z } from 'zod';
import { type Clock, waitFor } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import { findNodeOfCall } from '../store/calls.ts';
import { isNodeAlive } from '../store/nodes.ts';
import type { Store } from '../store/open-store.ts';
import type { Conversations } from './converse/conversation.ts';

const commandSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('say'), text: z.string() }),
  z.strictObject({ type: z.literal('instruct'), text: z.string(), by: z.string(), respond: z.boolean() }),
  z.strictObject({ type: z.literal('press-keys'), keys: z.string() }),
  /** The assistant gives the person to the colleague that the call names, with these words. */
  z.strictObject({ type: z.literal('hand-over'), words: z.string() }),
  /** The carrier says that the session is over: what was said last is to be stored. */
  z.strictObject({ type: z.literal('hear-last-words'), clean: z.boolean() }),
  /** Another session of the call begins. */
  z.strictObject({ type: z.literal('give-way') }),
]);
export type LiveCommand = z.infer<typeof commandSchema>;

/** `refused`: there is nobody to do it with; `unreachable`: the node that holds the conversation did not answer. */
export type CommandResult = 'done' | 'refused' | 'unreachable';

export interface LiveCommands {
  send(callId: string, command: LiveCommand): Promise<CommandResult>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface LiveCommandParts {
  store: Store;
  clock: Clock;
  newId: NewId;
  log: Logger;
  nodeId: string;
  conversations: Conversations;
}

const messageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...{ kind: z.literal('ask'), id: z.string(), from: z.string(), to: z.string() },
    ...{ atMs: z.number(), callId: z.string(), command: commandSchema },
  }),
  z.strictObject({
    ...{ kind: z.literal('answer'), id: z.string(), to: z.string() },
    /** `heard` comes at once, the others when it was done. */
    result: z.enum(['heard', 'done', 'refused']),
  }),
]);
type Message = z.infer<typeof messageSchema>;
type Ask = Extract<Message, { kind: 'ask' }>;

const channel = 'live_commands';
const mostBytes = 7_900;
/** A node that lives says at once that it has heard; one that was killed a moment ago must not keep a caller waiting. */
const hearsWithinMs = 1_500;
/** Longer than the last words of a conversation may take. */
const patienceMs = 6_000;
/** Nobody waits for it any more, even where the clocks of the nodes differ by seconds. */
const staleMs = 15_000;
/** A conversation gets this long to store its last words before its call is closed. */
const lastWordsMs = 2_000;

export function createLiveCommands(parts: LiveCommandParts): LiveCommands {
  const { store, clock, newId, log, nodeId } = parts;
  const asked = new Map<string, (result: CommandResult | 'heard') => void>();
  let stopListening = async () => {};

  const tell = (message: Message) => store.notify(channel, JSON.stringify(message));

  const hear = async (payload: string) => {
    // An empty one says that some were missed: whoever waits for them gives up in time.
    const message = payload === '' ? null : messageSchema.parse(JSON.parse(payload));
    if (!message || message.to !== nodeId) return;
    if (message.kind === 'answer') return asked.get(message.id)?.(message.result);
    if (Math.abs(clock.now() - message.atMs) > staleMs) return;
    const answer = (result: 'heard' | 'done' | 'refused') =>
      tell({ kind: 'answer', id: message.id, to: message.from, result });
    await answer('heard');
    await answer(await perform(parts, message.callId, message.command));
  };

  const ask = async (message: Ask): Promise<CommandResult> => {
    if (Buffer.byteLength(JSON.stringify(message)) > mostBytes) return 'refused';
    const heard = Promise.withResolvers<void>();
    const done = Promise.withResolvers<CommandResult>();
    const patience = new AbortController();
    const after = (ms: number) => waitFor(clock, ms, patience.signal).then(() => 'unreachable' as const);
    asked.set(message.id, (result) => {
      heard.resolve();
      if (result !== 'heard') done.resolve(result);
    });
    try {
      await tell(message);
      const silence = await Promise.race([heard.promise, after(hearsWithinMs)]);
      return silence ?? (await Promise.race([done.promise, after(patienceMs)]));
    } finally {
      patience.abort();
      asked.delete(message.id);
    }
  };

  return {
    async send(callId, command) {
      const isHere = store.kind === 'embedded' || parts.conversations.find(callId) !== undefined;
      const holder = isHere ? nodeId : await findNodeOfCall(store.db, callId);
      if (holder === nodeId) return await perform(parts, callId, command);
      // With a node its sockets are gone, and the conversations on them.
      if (holder === null || !(await isNodeAlive(store.db, holder, new Date(clock.now())))) return 'refused';
      return await ask({
        ...{ kind: 'ask', id: newId('req'), from: nodeId, to: holder },
        ...{ atMs: clock.now(), callId, command },
      });
    },
    async start() {
      if (store.kind === 'embedded') return;
      stopListening = await store.onNotify(channel, (payload) => {
        hear(payload).catch((error) => log.error({ reason: messageOf(error) }, 'a command of another node failed'));
      });
    },
    stop: () => stopListening(),
  };
}

async function perform(parts: LiveCommandParts, callId: string, command: LiveCommand): Promise<'done' | 'refused'> {
  const conversation = parts.conversations.find(callId);
  if (!conversation) return 'refused';
  switch (command.type) {
    case 'say':
      return conversation.say(command.text) ? 'done' : 'refused';
    case 'instruct':
      return conversation.instruct(command) ? 'done' : 'refused';
    case 'press-keys':
      return conversation.pressKeys(command.keys) ? 'done' : 'refused';
    case 'hand-over':
      conversation.end({ reason: 'transferring', by: 'request' }, command.words);
      return 'done';
    case 'hear-last-words':
      await hearLastWords(parts, callId, command.clean);
      return 'done';
    case 'give-way':
      conversation.disconnected(false);
      await conversation.over;
      return 'done';
  }
}

/** The carrier's word counts where the socket's own end has not come, as on a line that broke without a sound. */
async function hearLastWords({ conversations }: LiveCommandParts, callId: string, clean: boolean): Promise<void> {
  await conversations.settled(callId, lastWordsMs);
  const conversation = conversations.find(callId);
  if (!conversation) return;
  conversation.disconnected(clean);
  await conversations.settled(callId, lastWordsMs);
}
