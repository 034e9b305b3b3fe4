/** Conducts a conversation over the carrier's relay: the carrier hears and speaks, the turn machine decides. */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { RelayCodec, RelayCommand, RelayEvent } from '../../ports/carrier.ts';
import type { TextSocket } from '../text-socket.ts';
import type { CallRecord } from './call-record.ts';
import type { Conversation } from './conversation.ts';
import { createSayings, type HearFarEnd, type Sayings } from './far-end.ts';
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
  /** Hears why the session is being ended, before the carrier is told; settles when the call knows. */
  onEnding(ending: TurnEnding): Promise<unknown>;
  hearFarEnd: HearFarEnd;
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
  let isFinished = false;
  const finish = (ending: TurnEnding) => {
    isFinished = true;
    replies.cancelAny();
    history.close();
    cancelMaxDuration();
    socket.close(1000, 'conversation over');
    settle(ending);
  };
  const { hearFarEnd } = parts;
  const hands: Hands = {
    history,
    replies,
    send,
    finish,
    onEnding: parts.onEnding,
    hearFarEnd,
    sayings: createSayings(),
  };
  const perform = (effect: EngineEffect) => performEffect(hands, effect);
  const runner = createTurnRunner({ callId: parts.callId, clock, policy, record, logSeq: parts.logSeq, perform });
  const { carrierSid, resumed, greeting } = parts;
  const ears: Ears = { feed, replies, history, log, socket, carrierSid, resumed, greeting, hearFarEnd };

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
    say(text, saying) {
      feed(saying === undefined ? { type: 'say', text } : { type: 'say', text, saying });
      return true;
    },
    instruct(instruction) {
      if (isFinished) return false;
      history.instructed(instruction, instruction.respond);
      if (instruction.respond) feed({ type: 'answer-wanted' });
      return true;
    },
    hold() {
      feed({ type: 'hold' });
      return true;
    },
    goOn: (greeting) => feed({ type: 'go-on', greeting }),
    pressKeys(digits) {
      if (isFinished) return false;
      send({ type: 'keys', digits });
      return true;
    },
    end: (ending, farewell) => feed({ type: 'end-wanted', ending, farewell }),
    ...{ audio: null, disconnected, over },
  };
}

interface Hands {
  history: History;
  replies: Replies;
  send(command: RelayCommand): void;
  finish(ending: TurnEnding): void;
  onEnding(ending: TurnEnding): Promise<unknown>;
  hearFarEnd: HearFarEnd;
  sayings: Sayings;
}

function performEffect(hands: Hands, effect: EngineEffect): void {
  const { history, replies, send, finish } = hands;
  switch (effect.type) {
    case 'remember-person':
      replies.personFinished();
      return history.person(effect.text);
    case 'ask-reply':
      return replies.ask(effect.utterance);
    case 'cancel-reply':
      return replies.cancel(effect.utterance);
    case 'speak': {
      history.assistant(effect.utterance, effect.text, replies.takeReplyMs());
      hands.sayings.begin(effect.utterance, effect.saying);
      // What was asked for under a number is said to its end, whatever the other end does meanwhile.
      const isFirm = effect.saying === undefined ? {} : { interruptible: false };
      return send({ type: 'text', text: effect.text, last: true, ...isFirm });
    }
    case 'fill':
      return replies.fill(effect.utterance, effect.text);
    case 'heard':
      history.heard(effect.utterance, effect.heard);
      return hands.hearFarEnd({
        ...{ type: 'spoken', saying: hands.sayings.end(effect.utterance), whole: effect.heard === 'all' },
      });
    case 'end-session':
      return endSession(hands, effect.ending);
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

/** The carrier asks what follows as soon as a session ends: by then a call that is handed over must know it. */
function endSession({ onEnding, send }: Hands, ending: TurnEnding): void {
  const told = onEnding(ending);
  const end = () => send({ type: 'end', reason: ending.reason });
  if (ending.reason === 'transferring') void told.finally(end);
  else end();
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
  hearFarEnd: HearFarEnd;
}

function hear(ears: Ears, event: RelayEvent): void {
  const { feed, replies, history, log, socket, carrierSid, resumed, greeting, hearFarEnd } = ears;
  switch (event.type) {
    case 'setup':
      if (event.carrierSid !== carrierSid) return socket.close(1008, 'another call');
      return feed({ type: 'connected', resumed, greeting });
    case 'prompt':
      if (!event.last) return feed({ type: 'person-speaking', speaking: true });
      return said(ears, toStorableText(event.text.slice(0, longestPrompt)));
    case 'interrupt':
      return feed({ type: 'interrupted', heardText: toStorableText(event.heardText) });
    case 'key':
      hearFarEnd({ type: 'key' });
      return feed({ type: 'key-pressed', digit: event.digit });
    case 'person-speaking':
      hearFarEnd({ type: 'speaking', speaking: event.speaking });
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

/** Whoever finds out that a machine says it stops the assistant before it answers. */
function said({ feed, hearFarEnd }: Ears, text: string): void {
  hearFarEnd({ type: 'said', text });
  feed({ type: 'person-said', text });
}
