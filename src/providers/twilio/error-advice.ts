/** What a code of Twilio's means to the people who run the calls. */

export interface ErrorAdvice {
  /** What went wrong. */
  meaning: string;
  /** What a person can do about it. */
  resolution: string;
  /** Whether the same call may be tried again: soon, only much later, or not until something was changed. */
  retry: 'yes' | 'no' | 'later';
  /** Every other call of the account would fail in the same way, so a campaign stops and an operator is told. */
  stopsCampaign?: true;
}

export const never = (meaning: string, resolution: string): ErrorAdvice => ({ meaning, resolution, retry: 'no' });
export const retry = (meaning: string, resolution: string): ErrorAdvice => ({ meaning, resolution, retry: 'yes' });
export const later = (meaning: string, resolution: string): ErrorAdvice => ({ meaning, resolution, retry: 'later' });
export const stop = (meaning: string, resolution: string): ErrorAdvice => ({
  meaning,
  resolution,
  retry: 'no',
  stopsCampaign: true,
});
