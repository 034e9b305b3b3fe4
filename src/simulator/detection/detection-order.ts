/** What an application may ask about who answers, and what it may be told. */

export type AnsweredBy =
  | 'human'
  | 'machine_start'
  | 'machine_end_beep'
  | 'machine_end_silence'
  | 'machine_end_other'
  | 'fax'
  | 'unknown';

export interface DetectionOrder {
  /** `DetectMessageEnd`: of a machine only when its greeting is over. */
  until: 'answer' | 'message-end';
  /** False: the call goes on only when it is known. */
  isAsync: boolean;
  timeoutMs: number;
  /** Speech that is longer is a machine's. */
  speechMs: number;
  /** Silence after speech that ends it. */
  speechEndMs: number;
  /** Silence from the beginning, after which nobody knows. */
  silenceMs: number;
  callback: { url: string; method: 'GET' | 'POST' } | null;
}
