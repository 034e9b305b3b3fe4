import { describe, expect, it } from 'vitest';
import { defaultTurnPolicy as policy } from './turn-policy.ts';
import { inLanguage } from './turn-texts.ts';

describe('the assistant’s own words', () => {
  it.each(['de', 'de-AT', 'ES-mx', 'fr_CA'])(
    'are all there in %s, and nothing else of the policy is changed',
    (tag) => {
      const told = inLanguage(policy, tag);
      const changed = Object.keys(policy).filter((key) => told[key as 'apology'] !== policy[key as 'apology']);
      expect(changed.toSorted()).toEqual(
        [
          'apology',
          'connecting',
          'filler',
          'goodbye',
          'goodbyeAfterSilence',
          'lostThread',
          'nudges',
          'outOfTime',
        ].toSorted(),
      );
      expect(told.nudges).toHaveLength(policy.nudges.length);
      // What follows it is the reply itself.
      expect(told.filler).toMatch(/\. $/);
    },
  );

  it.each(['en-US', 'pl-PL', ''])('stay as they are in %s', (tag) => {
    expect(inLanguage(policy, tag)).toEqual(policy);
  });
});
