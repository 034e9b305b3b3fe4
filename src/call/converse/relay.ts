/** Conducts a conversation over the carrier's relay: the carrier hears and speaks, the turn machine decides. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { RelayCodec, RelayCommand, RelayEvent } from '../../ports/carrier.ts';
import type { TextSocket } from '../text-socket.ts';
import type { CallRecord } from './call-record.ts';
import type { Conversation } from './conversation.ts';
import type { History } from './history.ts';
import { createReplies, type Replies } from './replies.ts';
import type { ReplyParts } from './reply.ts';
import { toStorableText } from './storable-text.ts';
import type { TurnPolicy } from './turn/turn-policy.ts';
import type { TurnEnding } from './turn/turn-state.ts';
import { createTurnRunner, type EngineEffect, type TurnHappening } from './turn-runner.ts';

export interface RelayParts {
  callId: string;
  carrierSid: string;
  socket: TextSocket;
  codec: RelayCodec;
  clock: Clock;
  log: Logger;
  policy: TurnPolicy;
  history: History;
  record: CallRecord;
  reply: ReplyParts;
  /** Messages that come before everything said, for the language model. */
  instructions: readonly { role: 'system'; content: string }[];
  /** See TurnRunnerParts. */
  logSeq: number;
  /** Whether this conversation goes on after its socket had broken. */
  resumed: boolean;
  /** What the assistant says first, word for word; null: it finds its own first words. */
  greeting: string | null;
  /** The conversation ends by itself after this long. */
  maxDurationMs: number;
  /** Hears why the session is being ended, before the carrier is told. */
  onEnding(ending: TurnEnding): void;
}

/** So many frames in a row that make no sense end the session. */
const mostBadFrames = 20;
/** What a person says in one breath is cut here: more than ten minutes of speech. */
const longestPrompt = 10_000;

export function conductRelay(parts: RelayParts): Conversation {
  const { clock, codec, history, log, policy, record, socket } = parts;
  const send = (command: RelayCommand) => socket.send(codec.encode(command));
  const feed = (happening: TurnHappening) => runner.feed(happening);
  const speak = (text: string, last: boolean) => send({ type: 'text', text, last });
  const replies = createReplies({
    clock,
    log,
    history,
    reply: parts.reply,
    instructions: parts.instructions,
    feed,
    speak,
  });
  let settle: (ending: TurnEnding) => void = () => {};
  const over = new Promise<TurnEnding>((resolve) => {
    settle = (ending) => void record.flushed().then(() => resolve(ending));
  });
  const cancelMaxDuration = clock.startTimer(parts.maxDurationMs, () => {
    feed({ type: 'end-wanted', ending: { reason: 'max_duration', by: 'server' }, farewell: policy.outOfTime });
  });
  const finish = (ending: TurnEnding) => {
    replies.cancelAny();
    history.close();
    cancelMaxDuration();
    socket.close(1000, 'conversation over');
    settle(ending);
  };
  const perform = (effect: EngineEffect) =>
    performEffect({ history, replies, send, finish, onEnding: parts.onEnding }, effect);
  const runner = createTurnRunner({ callId: parts.callId, clock, policy, record, logSeq: parts.logSeq, perform });
  const { carrierSid, resumed, greeting } = parts;
  const ears: Ears = { feed, replies, history, log, socket, carrierSid, resumed, greeting };

  // Before the socket is listened to: one that is closed already says so at once.
  runner.start();
  let badFrames = 0;
  socket.onFrame((frame) => {
    try {
      const event = codec.decode(frame);
      badFrames = 0;
      if (event) hear(ears, event);
    } catch (error) {
      badFrames += 1;
      log.warn({ callId: parts.callId, reason: messageOf(error) }, 'frame from the carrier makes no sense');
      if (badFrames >= mostBadFrames) socket.close(1008, 'too many bad frames');
    }
  });
  const disconnected = (clean: boolean) => feed({ type: 'disconnected', clean });
  socket.onClose(disconnected);
  return {
    say(text) {
      feed({ type: 'say', text });
      return true;
    },
    end: (ending, farewell) => feed({ type: 'end-wanted', ending, farewell }),
    disconnected,
    over,
  };
}

interface Hands {
  history: History;
  replies: Replies;
  send(command: RelayCommand): void;
  finish(ending: TurnEnding): void;
  onEnding(ending: TurnEnding): void;
}

function performEffect({ history, replies, send, finish, onEnding }: Hands, effect: EngineEffect): void {
  switch (effect.type) {
    case 'remember-person':
      replies.personFinished();
      return history.person(effect.text);
    case 'ask-reply':
      return replies.ask(effect.utterance);
    case 'cancel-reply':
      return replies.cancel(effect.utterance);
    case 'speak':
      history.assistant(effect.utterance, effect.text, replies.takeReplyMs());
      return send({ type: 'text', text: effect.text, last: true });
    case 'fill':
      return replies.fill(effect.utterance, effect.text);
    case 'heard':
      return history.heard(effect.utterance, effect.heard);
    case 'end-session':
      onEnding(effect.ending);
      return send({ type: 'end', reason: effect.ending.reason });
    case 'finish':
      return finish(effect.ending);
    case 'prepare-reply':
    case 'use-reply':
      // The carrier judges ends of turns for itself and tells them once.
      return;
    default:
      return unreachable(effect);
  }
}

interface Ears {
  feed(happening: TurnHappening): void;
  replies: Replies;
  history: History;
  log: Logger;
  socket: TextSocket;
  carrierSid: string;
  resumed: boolean;
  greeting: string | null;
}

function hear(ears: Ears, event: RelayEvent): void {
  const { feed, replies, history, log, socket, carrierSid, resumed, greeting } = ears;
  switch (event.type) {
    case 'setup':
      if (event.carrierSid !== carrierSid) return socket.close(1008, 'another call');
      return feed({ type: 'connected', resumed, greeting });
    case 'prompt':
      if (!event.last) return feed({ type: 'person-speaking', speaking: true });
      return feed({ type: 'person-said', text: toStorableText(event.text.slice(0, longestPrompt)) });
    case 'interrupt':
      return feed({ type: 'interrupted', heardText: toStorableText(event.heardText) });
    case 'key':
      return feed({ type: 'key-pressed', digit: event.digit });
    case 'person-speaking':
      return feed({ type: 'person-speaking', speaking: event.speaking });
    case 'assistant-speaking':
      return feed({ type: event.speaking ? 'voice-started' : 'voice-stopped' });
    case 'text-played':
      if (!history.played(toStorableText(event.text))) return;
      replies.played(event.text.length);
      return feed({ type: 'text-played', characters: event.text.length });
    case 'error':
      return log.warn({ carrierSid, description: event.description }, 'carrier reports a session error');
    default:
      return unreachable(event);
  }
}
