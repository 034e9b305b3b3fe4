/** How patient we are with who speaks, where we hear them ourselves; times in milliseconds. */
import type { AttentionPolicy } from './attention-state.ts';
import { spokenLanguageOf } from './spoken-language.ts';
import { usualAnswerPolicy } from './when-to-answer.ts';
import { usualYieldPolicy } from './when-to-yield.ts';

export const usualAttentionPolicy: AttentionPolicy = {
  answer: usualAnswerPolicy,
  yield: usualYieldPolicy,
  recognizerMs: { model: 2500, pause: 1500, none: 600 },
  wordlessMs: 800,
  noiseMs: 8000,
  settleMs: 800,
  language: spokenLanguageOf('en'),
};
