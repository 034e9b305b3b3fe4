/** Whether the person agreed to be called, where that is demanded, and has not taken it back. */
import { allows, forbids, type Rule } from './rule.ts';

export const hasConsent: Rule = ({ consents, requiredConsents }) => {
  const mend = 'Write it down with POST /v1/consents once the person has agreed.';
  if (consents.calls === 'withdrawn') {
    const detail = 'The person took back the consent to be called.';
    return forbids({ code: 'dial/consent-withdrawn', detail, mend });
  }
  const lacking = requiredConsents.filter((purpose) => consents[purpose] !== 'given');
  const [first] = lacking;
  if (first === undefined) {
    const words = requiredConsents.length === 0 ? 'No consent is demanded.' : 'The person has agreed.';
    return allows(words);
  }
  const was = consents[first];
  return forbids({
    code: was === 'withdrawn' ? 'dial/consent-withdrawn' : 'dial/no-consent',
    detail: `A consent to ${lacking.join(' and ')} is demanded, and the person's is ${was === 'none' ? 'not known' : was}.`,
    mend,
  });
};
