/** Tells from when the other end sounds, and for how long, who answered, as the carrier's detection does. */
import type { AnsweredBy, DetectionOrder } from './detection-order.ts';

export type AnswerSign = { atMs: number } & (
  | { type: 'answered' }
  | { type: 'speech'; on: boolean }
  | { type: 'tone'; tone: 'beep' | 'fax'; on: boolean }
  | { type: 'time' }
);

export interface AnswerJudgement {
  answeredAtMs: number;
  /** Since when there is speech. */
  speechAtMs: number | null;
  /** Since when there is none, once there was. */
  quietAtMs: number | null;
  isMachine: boolean;
  isBeeping: boolean;
  verdict: AnsweredBy | null;
}

export const beginJudgement = (answeredAtMs: number): AnswerJudgement => ({
  ...{ answeredAtMs, speechAtMs: null, quietAtMs: null, isMachine: false, isBeeping: false, verdict: null },
});

/** The judgement after one more sign; a verdict is final. */
export function judgeAnswer(before: AnswerJudgement, sign: AnswerSign, order: DetectionOrder): AnswerJudgement {
  if (before.verdict) return before;
  const now = hear(before, sign);
  return { ...now, verdict: verdictOf(now, sign, order) };
}

function hear(before: AnswerJudgement, sign: AnswerSign): AnswerJudgement {
  if (sign.type === 'tone' && sign.tone === 'beep') return { ...before, isBeeping: sign.on };
  if (sign.type !== 'speech') return before;
  if (sign.on) return { ...before, speechAtMs: before.speechAtMs ?? sign.atMs, quietAtMs: null };
  return { ...before, speechAtMs: null, quietAtMs: sign.atMs, isMachine: before.isMachine };
}

function verdictOf(state: AnswerJudgement, sign: AnswerSign, order: DetectionOrder): AnsweredBy | null {
  if (sign.type === 'tone' && sign.tone === 'fax') return 'fax';
  const isMachine = isLongSpeech(state, sign.atMs, order) || state.isMachine;
  state.isMachine = isMachine;
  const isBeepOver = sign.type === 'tone' && sign.tone === 'beep' && !sign.on;
  if (isBeepOver) return order.until === 'answer' ? 'machine_start' : 'machine_end_beep';
  if (isMachine && order.until === 'answer') return 'machine_start';
  if (sign.atMs >= state.answeredAtMs + order.timeoutMs) return 'unknown';
  if (state.isBeeping) return null;
  const wasQuiet = state.quietAtMs !== null && sign.atMs >= state.quietAtMs + order.speechEndMs;
  if (wasQuiet) return isMachine ? 'machine_end_silence' : 'human';
  const isSilent = state.speechAtMs === null && state.quietAtMs === null;
  return isSilent && sign.atMs >= state.answeredAtMs + order.silenceMs ? 'unknown' : null;
}

const isLongSpeech = (state: AnswerJudgement, atMs: number, order: DetectionOrder) =>
  state.speechAtMs !== null && atMs >= state.speechAtMs + order.speechMs;

/** When to look again although nothing is heard. */
export function judgeAgainAtMs(state: AnswerJudgement, order: DetectionOrder): number {
  const moments = [state.answeredAtMs + order.timeoutMs];
  if (state.speechAtMs === null && state.quietAtMs === null) moments.push(state.answeredAtMs + order.silenceMs);
  if (state.speechAtMs !== null && !state.isMachine) moments.push(state.speechAtMs + order.speechMs);
  if (state.quietAtMs !== null && !state.isBeeping) moments.push(state.quietAtMs + order.speechEndMs);
  return Math.min(...moments);
}
