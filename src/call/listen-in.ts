/** Lets the holder of a ticket hear a live call over a socket, and take it over from the assistant. */
import { z } from 'zod';
import { hashOf } from '../account/api-key.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { LiveEvents } from '../notify/live-events.ts';
import { type AudioTicketRow, findAudioTicket, useUpAudioTicket } from '../store/audio-tickets.ts';
import { recordAudit } from '../store/audit-log.ts';
import { findCall, findNodeOfCall } from '../store/calls.ts';
import { insertEvents } from '../store/events.ts';
import type { Store } from '../store/open-store.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import type { Conversations } from './converse/conversation.ts';
import type { CallAudio, Overheard, Supervisor } from './converse/media/call-audio.ts';

export interface ListenInParts {
  store: Store;
  clock: Clock;
  newId: NewId;
  log: Logger;
  live: LiveEvents;
  nodeId: string;
  conversations: Conversations;
}

export interface ListenerSocket {
  /** Bytes that the other side has not taken yet. */
  readonly waitingBytes: number;
  send(message: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** Text, or μ-law of a microphone. */
  onMessage(listener: (message: string | Uint8Array) => void): void;
  onClose(listener: () => void): void;
}

/** Why a socket is closed; `docs/listen-in.md` lists them. */
export const listenerCloses = {
  over: { code: 1000, reason: 'the conversation is over' },
  badTicket: { code: 4403, reason: 'the ticket is used, too old or for another call: ask for a new one' },
  nobodyTalks: { code: 4409, reason: 'no assistant talks in this call now' },
  noSound: { code: 4415, reason: 'the carrier keeps the sound of this call to itself' },
  elsewhere: { code: 4421, reason: 'another server holds this call' },
  crowded: { code: 4429, reason: 'enough listen to this call already' },
} as const;

/** The first byte of a frame that we send says whose sound follows. */
const channelOf = { person: 0, played: 1 } as const;
/** A listener who is this far behind, two seconds of sound, misses what comes. */
const mostWaitingBytes = 32_000;
/** Half a second of sound. */
const largestPiece = 4000;

const commandSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('take-over') }),
  z.strictObject({ type: z.literal('hand-back') }),
]);

/** Settles once the socket listens, or was closed because it may not. */
export async function listenIn(
  parts: ListenInParts,
  { callId, ticket }: { callId: string; ticket: string },
  socket: ListenerSocket,
): Promise<void> {
  const refuse = ({ code, reason }: { code: number; reason: string }) => socket.close(code, reason);
  const { db } = parts.store;
  const tokenHash = hashOf(ticket);
  const now = new Date(parts.clock.now());
  const row = await findAudioTicket(db, { tokenHash, callId, now });
  if (!row) return refuse(listenerCloses.badTicket);
  const conversation = parts.conversations.find(callId);
  if (!conversation) {
    const holder = await findNodeOfCall(db, callId);
    // The ticket stays good for the server that holds the call.
    return refuse(holder === null || holder === parts.nodeId ? listenerCloses.nobodyTalks : toElsewhere(holder));
  }
  if (!conversation.audio) return refuse(listenerCloses.noSound);
  if (!(await noteListening(parts, row, tokenHash))) return refuse(listenerCloses.badTicket);
  if (!join(parts, { row, audio: conversation.audio, socket })) refuse(listenerCloses.crowded);
}

const toElsewhere = (nodeId: string) => ({
  code: listenerCloses.elsewhere.code,
  reason: `${listenerCloses.elsewhere.reason}: ${nodeId}`.slice(0, 120),
});

/** Before anything is heard it is stored who hears it. False where the ticket was used meanwhile. */
async function noteListening(parts: ListenInParts, row: AudioTicketRow, tokenHash: string): Promise<boolean> {
  const { store, clock, newId } = parts;
  const at = new Date(clock.now());
  const id = newId('event');
  const events = await store.transaction(async (db) => {
    if (!(await useUpAudioTicket(db, tokenHash, at))) return null;
    await audit(db, row, { at, action: 'call.listened_to' });
    const client_id = (await findCall(db, everyone, row.call_id))?.client_id ?? null;
    const type = 'call.listened_to';
    const data = JSON.stringify({ by: toActor(row), may_speak: row.may_speak });
    return insertEvents(db, [{ id, call_id: row.call_id, client_id, type, key: `${type}:${id}`, at, data }]);
  });
  if (events) parts.live.publish(events);
  return events !== null;
}

const toActor = (row: AudioTicketRow) => `${row.actor_kind}:${row.actor_id}`;

function audit(db: Db, row: AudioTicketRow, { at, action }: { at: Date; action: string }): Promise<void> {
  const principal = { kind: row.actor_kind, id: row.actor_id, clientId: row.client_id };
  return recordAudit(db, { at, principal, action, subjectKind: 'call', subjectId: row.call_id, requestId: null });
}

interface Listening {
  row: AudioTicketRow;
  audio: CallAudio;
  socket: ListenerSocket;
}

/** False when enough listen already. */
function join(parts: ListenInParts, { row, audio, socket }: Listening): boolean {
  const tell = (message: object) => socket.send(JSON.stringify(message));
  const supervisor = audio.join((overheard) => pass(socket, overheard));
  if (!supervisor) return false;
  socket.onClose(() => supervisor.leave());
  tell({ type: 'ready', call_id: row.call_id, may_speak: row.may_speak });
  const obey = createObedience(parts, { row, supervisor, tell });
  socket.onMessage((message) => {
    if (typeof message !== 'string') {
      if (message.length <= largestPiece) supervisor.speak(message);
      return;
    }
    obey(message);
  });
  return true;
}

/** One command at a time; what cannot be written down is undone. */
function createObedience(
  { store, clock, log }: ListenInParts,
  { row, supervisor, tell }: { row: AudioTicketRow; supervisor: Supervisor; tell(message: object): void },
): (message: string) => void {
  let isBusy = false;
  const refuse = (why: string) => tell({ type: 'refused', why });
  const takeOver = async () => {
    if (!row.may_speak) return refuse('This ticket is for listening only: ask for one with "speak": true.');
    if (!supervisor.takeOver(toActor(row))) {
      return refuse('The call cannot be taken over now, or somebody has it already.');
    }
    await audit(store.db, row, { at: new Date(clock.now()), action: 'call.taken_over' }).catch((error: unknown) => {
      supervisor.handBack();
      throw error;
    });
  };
  const handBack = async () => {
    if (!supervisor.handBack()) return refuse('You do not have the call.');
    await audit(store.db, row, { at: new Date(clock.now()), action: 'call.handed_back' });
  };
  return (message) => {
    const command = commandSchema.safeParse(parseJson(message));
    if (!command.success) return refuse('This message is not understood: send take-over or hand-back.');
    if (isBusy) return refuse('The command before this one is not done yet.');
    isBusy = true;
    const work = command.data.type === 'take-over' ? takeOver() : handBack();
    void work
      .catch((error: unknown) => {
        log.error({ callId: row.call_id, reason: messageOf(error) }, 'who speaks in a call could not be written down');
        refuse('The server could not write it down; the assistant has the call.');
      })
      .finally(() => {
        isBusy = false;
      });
  };
}

/** Who does not keep up misses sound, and never what happens. */
function pass(socket: ListenerSocket, overheard: Overheard): void {
  switch (overheard.type) {
    case 'person':
    case 'played':
      if (socket.waitingBytes <= mostWaitingBytes) socket.send(toFrame(channelOf[overheard.type], overheard.sound));
      return;
    case 'cleared':
      return socket.send(toFrame(channelOf.played, new Uint8Array(0)));
    case 'over':
      return socket.close(listenerCloses.over.code, listenerCloses.over.reason);
    case 'taken-over':
      return socket.send(JSON.stringify({ type: 'taken-over', by_you: overheard.byYou }));
    case 'handed-back':
      return socket.send(JSON.stringify({ type: 'handed-back' }));
  }
}

function toFrame(channel: number, sound: Uint8Array): Uint8Array {
  const frame = new Uint8Array(1 + sound.length);
  frame[0] = channel;
  frame.set(sound, 1);
  return frame;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
