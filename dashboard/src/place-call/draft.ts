/** A call as it is being written down, before anybody is rung. */
import { e164Schema } from '../../../src/api/contract/text.ts';

export interface Draft {
  to: string;
  assistantId: number | null;
  welcome: string;
  agenda: string;
  variables: Record<string, string>;
  /** By the clock of `zone`; empty: now. */
  notBefore: string;
  zone: 'recipient' | 'own';
}

export const nothing: Draft = {
  ...{ to: '', assistantId: null, welcome: '', agenda: '', variables: {} },
  ...{ notBefore: '', zone: 'recipient' },
};

/** Spaces, brackets and hyphens are how people write numbers. */
export const toE164 = (typed: string) => typed.replaceAll(/[\s().-]/g, '');

export const isWholeNumber = (number: string) => e164Schema.safeParse(number).success && number.length >= 8;

export const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

export interface CallBody {
  to: string;
  assistant_id?: number;
  variables?: Record<string, string>;
  welcome_message?: string;
  agenda?: string;
  schedule?: { not_before: string; timezone: string };
}

export function toBody(draft: Draft, names: readonly string[]): CallBody {
  const variables = Object.fromEntries(names.map((name) => [name, draft.variables[name] ?? '']));
  const timezone = draft.zone === 'recipient' ? 'recipient' : ownZone();
  return {
    to: toE164(draft.to),
    ...(draft.assistantId === null ? {} : { assistant_id: draft.assistantId }),
    ...(names.length === 0 ? {} : { variables }),
    ...(draft.welcome.trim() === '' ? {} : { welcome_message: draft.welcome }),
    ...(draft.agenda.trim() === '' ? {} : { agenda: draft.agenda }),
    ...(draft.notBefore === '' ? {} : { schedule: { not_before: draft.notBefore, timezone } }),
  };
}
