/** What we ask a carrier about who answers a call, and what it says. */

/** `machine_end_…`: a machine whose greeting is over, by a tone, silence or otherwise. */
export type AnsweredBy =
  | 'human'
  | 'machine_start'
  | 'machine_end_beep'
  | 'machine_end_silence'
  | 'machine_end_other'
  | 'fax'
  | 'unknown';

export interface AnswerDetection {
  path: string;
  /** `message-end`: of a machine only once its greeting is over, and how it ended. */
  until: 'answer' | 'message-end';
}
