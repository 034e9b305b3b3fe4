/** How long one waits to find out who has picked up, and for what then follows; times in milliseconds. */
export interface PickupPolicy {
  /** After so long nobody who speaks is taken for a machine any more. */
  windowMs: number;
  /** So long after the answer without a sound there is nobody. */
  nobodyMs: number;
  /** Who speaks so long in one go is a recording, where nothing else is known. */
  longSpeechMs: number;
  /** Quiet after a greeting until the message is left, where no tone was heard. */
  quietMs: number;
  /** The same where the carrier listens for the tone and has not told of it yet. */
  quietForCarrierMs: number;
  /** The longest wait for the end of a greeting; the message is left then. */
  greetingMs: number;
  /** The longest time in which a message may be spoken. */
  messageMs: number;
  /** The longest wait until a screener has finished asking. */
  askingMs: number;
  /** The longest time that a screener may take to put us through. */
  putThroughMs: number;
  /** How often name and purpose are given. */
  mostIntroductions: number;
}

export const usualPickupPolicy: PickupPolicy = {
  windowMs: 60_000,
  nobodyMs: 10_000,
  longSpeechMs: 9000,
  quietMs: 2500,
  quietForCarrierMs: 6000,
  greetingMs: 60_000,
  messageMs: 120_000,
  askingMs: 8000,
  putThroughMs: 60_000,
  mostIntroductions: 3,
};
