/** What is counted for those who run the server, beside what events already tell; it holds no personal data. */

export interface Telemetry {
  /** The person spoke over the assistant; a false one was none: a cough, an "uh-huh", an echo. */
  bargeIn(kind: 'real' | 'false'): void;
  /** `code` is that of the error, for example `vendor/timeout` or `llm/refused`. */
  vendorFailed(failure: { vendor: string; kind: 'stt' | 'tts' | 'llm' | 'agent'; code: string }): void;
  /** The pacer of all calls ticked so much too late. */
  pacerLate(ms: number): void;
}

/** Counts nothing. */
export const noTelemetry: Telemetry = { bargeIn() {}, vendorFailed() {}, pacerLate() {} };
