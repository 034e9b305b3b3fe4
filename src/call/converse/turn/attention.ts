/**
 * The listening side of a conversation that we hear ourselves, as a pure machine beside the turn machine: from the sound
 * and the recognizer it tells when the person speaks, interrupts, may have finished and has finished.
 */
import type {
  AttentionEffect,
  AttentionEvent,
  AttentionPolicy,
  AttentionState,
  AttentionStep,
  ToldOfPerson,
} from './attention-state.ts';
import { answerDelayMs } from './when-to-answer.ts';
import { isAssent, isSureEcho, judgeOverlap } from './when-to-yield.ts';
import { sameWords, wordsAfter } from './words.ts';

export const beginAttention: AttentionState = {
  timer: 0,
  waits: 'nothing',
  endOfTurn: 'model',
  voice: { sounds: false, words: '' },
  overlap: 'none',
  voiceActive: false,
  speaking: false,
  kept: '',
  text: '',
  prepared: null,
  done: null,
};

export function attend(state: AttentionState, event: AttentionEvent, policy: AttentionPolicy): AttentionStep {
  const { done } = state;
  const news = 'text' in event && done !== null ? { ...event, text: wordsAfter(done, event.text) } : event;
  return waitForWords(react(state, news, policy), policy);
}

/** Words that are known and not answered never wait without an end; what is said over the voice waits for its end. */
function waitForWords(step: AttentionStep, policy: AttentionPolicy): AttentionStep {
  const { waits, kept, text, voice, voiceActive, endOfTurn } = step.state;
  if (waits !== 'nothing' || voice.sounds || join(kept, text) === '') return step;
  return wait(step, 'recognizer', voiceActive ? policy.noiseMs : policy.recognizerMs[endOfTurn]);
}

function react(state: AttentionState, event: AttentionEvent, policy: AttentionPolicy): AttentionStep {
  const at = stay(state);
  switch (event.type) {
    case 'ears':
      return onEars(also(at, { endOfTurn: event.endOfTurn }), policy);
    case 'voice':
      return event.active
        ? onSound(also(at, { voiceActive: true }), policy)
        : onQuiet(also(at, { voiceActive: false }), policy);
    case 'speech-started':
      return onSound(at, policy);
    case 'heard':
      return onWords(at, event.text, policy);
    case 'turn-may-be-over':
      return onMayBeOver(onWords(at, event.text, policy), policy);
    case 'turn-resumed':
      return goOn(at);
    case 'turn-over':
      return onTurnOver(at, event.text, policy);
    case 'assistant-voice':
      return onAssistantVoice(at, event);
    case 'assistant-words':
      return state.voice.sounds ? also(at, { voice: { sounds: true, words: event.words } }) : at;
    case 'timer':
      return event.timer === state.timer ? onTimer(at, policy) : at;
  }
}

const stay = (state: AttentionState): AttentionStep => ({ state, effects: [] });

function also(step: AttentionStep, change: Partial<AttentionState>, ...effects: AttentionEffect[]): AttentionStep {
  return { state: { ...step.state, ...change }, effects: [...step.effects, ...effects] };
}

const tell = (event: ToldOfPerson): AttentionEffect => ({ type: 'tell', event });

function wait(step: AttentionStep, waits: AttentionState['waits'], ms: number): AttentionStep {
  const timer = step.state.timer + 1;
  return also(step, { timer, waits }, { type: 'set-timer', timer, ms });
}

function stopWaiting(step: AttentionStep): AttentionStep {
  return step.state.waits === 'nothing' ? step : also(step, { waits: 'nothing' }, { type: 'clear-timer' });
}

export const join = (...parts: string[]) => parts.filter((part) => part.trim() !== '').join(' ');

function tellSpeaking(step: AttentionStep, speaking: boolean): AttentionStep {
  if (step.state.speaking === speaking) return step;
  return also(step, { speaking }, tell({ type: 'person-speaking', speaking }));
}

/** A reply that is being prepared is not wanted any more. */
function goOn(step: AttentionStep): AttentionStep {
  return step.state.prepared === null ? step : also(step, { prepared: null }, tell({ type: 'person-goes-on' }));
}

/** Somebody begins to be heard. */
function onSound(step: AttentionStep, policy: AttentionPolicy): AttentionStep {
  const { voice, overlap, kept } = step.state;
  if (voice.sounds) {
    if (overlap !== 'none') return step;
    return wait(also(step, { overlap: 'held' }, { type: 'hold-voice' }), 'overlap', policy.yield.undecidedMs);
  }
  const speaking = tellSpeaking(step, true);
  // It may be noise: then what was said before is answered all the same.
  return kept === '' ? stopWaiting(speaking) : wait(speaking, 'answer', policy.yield.undecidedMs);
}

function onQuiet(step: AttentionStep, policy: AttentionPolicy): AttentionStep {
  const { voice, overlap, kept, text, speaking, waits, endOfTurn } = step.state;
  if (overlap === 'held') return wait(step, 'overlap', policy.yield.wordsLateMs);
  if (voice.sounds) return step;
  if (waits === 'answer') return wait(step, 'answer', delayMs(also(step, { endOfTurn: 'pause' }), kept, policy));
  const isOwedWords = (speaking || text !== '') && waits !== 'settled';
  if (!isOwedWords) return step;
  const ms = policy.recognizerMs[endOfTurn];
  return wait(step, 'recognizer', text === '' ? Math.min(ms, policy.wordlessMs) : ms);
}

/** Whoever listens now hears the turn again, and owes its words as the one before did. */
function onEars(step: AttentionStep, policy: AttentionPolicy): AttentionStep {
  const isOwed = step.state.waits === 'settled' || step.state.waits === 'recognizer';
  return isOwed ? wait(step, 'recognizer', policy.wordlessMs) : step;
}

/** The recognizer tells words of a turn that goes on. */
function onWords(step: AttentionStep, text: string, policy: AttentionPolicy): AttentionStep {
  const { text: before } = step.state;
  const heard = also(step, { text });
  if (text.trim() === '') return heard;
  const { voice, prepared, kept } = heard.state;
  if (voice.sounds) return judge(heard, policy);
  const { language } = policy;
  const isFirst = before.trim() === '' || isAssent(before, language);
  const isMore = prepared === null ? isFirst && !isAssent(text, language) : !sameWords(prepared, join(kept, text));
  const went = isMore ? also(heard, { prepared: null }, tell({ type: 'person-goes-on' })) : heard;
  return tellSpeaking(also(went, { waits: 'nothing' }), true);
}

/** Decides about words that were said over the assistant's voice. */
function judge(step: AttentionStep, policy: AttentionPolicy): AttentionStep {
  const { text, voice, overlap, endOfTurn } = step.state;
  switch (judgeOverlap(text, voice.words, policy.language)) {
    case 'yield': {
      const yielded = also(
        step,
        { overlap: 'none', voice: { sounds: false, words: '' } },
        tell({ type: 'person-interrupts' }),
      );
      return wait(tellSpeaking(yielded, true), 'recognizer', policy.recognizerMs[endOfTurn]);
    }
    case 'go-on': {
      const ignored = also(step, { overlap: 'ignored' });
      return overlap === 'held' ? also(stopWaiting(ignored), {}, { type: 'release-voice' }) : ignored;
    }
    default:
      return step;
  }
}

function onMayBeOver(step: AttentionStep, policy: AttentionPolicy): AttentionStep {
  const { voice, kept, text, prepared } = step.state;
  const whole = join(kept, text);
  if (voice.sounds || whole === '' || prepared !== null) return step;
  if (delayMs(step, whole, policy) > 0) return step;
  return also(step, { prepared: whole }, tell({ type: 'person-may-have-said', text: whole }));
}

function onTurnOver(step: AttentionStep, text: string, policy: AttentionPolicy): AttentionStep {
  const over = also(step, { done: null });
  // All of it was dealt with.
  if (step.state.done !== null && text === '') return also(over, { text: '' });
  const heard = text.trim() === '' ? over : onWords(over, text, policy);
  if (heard.state.voice.sounds) return endIgnored(heard);
  const kept = join(heard.state.kept, text);
  const all = also(heard, { kept, text: '' });
  if (kept === '') return tellSpeaking(stopWaiting(goOn(all)), false);
  const ms = delayMs(heard, kept, policy);
  return ms === 0 ? answer(all) : wait(all, 'answer', ms);
}

function delayMs({ state }: AttentionStep, text: string, { answer, language }: AttentionPolicy): number {
  return answerDelayMs(text, { endOfTurn: state.endOfTurn, language }, answer);
}

/** A turn over the assistant's voice that was no interruption leaves nothing behind. */
function endIgnored(step: AttentionStep): AttentionStep {
  const released: AttentionEffect[] = step.state.overlap === 'held' ? [{ type: 'release-voice' }] : [];
  return also(stopWaiting(step), { overlap: 'none', text: '' }, ...released);
}

/** What was said until now is to be answered. */
function answer(step: AttentionStep): AttentionStep {
  const { kept, text } = step.state;
  const told = tell({ type: 'person-said', text: join(kept, text) });
  const done = text.trim() === '' ? step.state.done : join(step.state.done ?? '', text);
  return also(stopWaiting(step), { kept: '', text: '', prepared: null, speaking: false, done }, told);
}

type AssistantVoice = Extract<AttentionEvent, { type: 'assistant-voice' }>;

/** What was said over the voice is an answer once the voice is over, unless it was the voice itself. */
function onAssistantVoice(step: AttentionStep, { sounds, words }: AssistantVoice): AttentionStep {
  const { overlap, waits, voice, text, done } = step.state;
  const changed = also(step, { voice: { sounds, words } });
  if (sounds || overlap === 'none') return changed;
  const over = also(waits === 'overlap' ? stopWaiting(changed) : changed, { overlap: 'none' });
  return isSureEcho(text, voice.words) ? also(over, { text: '', done: join(done ?? '', text) }) : over;
}

function onTimer(step: AttentionStep, policy: AttentionPolicy): AttentionStep {
  const { waits, kept, text, voice } = step.state;
  const fired = also(step, { waits: 'nothing' });
  switch (waits) {
    case 'overlap':
      return also(fired, { overlap: 'none' }, { type: 'release-voice' });
    case 'answer':
      return answer(voice.sounds ? also(fired, {}, tell({ type: 'person-interrupts' })) : fired);
    case 'recognizer':
      return voice.sounds ? fired : wait(also(fired, {}, { type: 'settle-ears' }), 'settled', policy.settleMs);
    case 'settled':
      if (voice.sounds) return fired;
      return join(kept, text) === '' ? tellSpeaking(goOn(fired), false) : answer(fired);
    default:
      return fired;
  }
}
