/** The form bodies of Twilio's webhooks, taken apart once from the raw body for the signature and for us alike. */

/** Each name with its distinct values. */
export type Form = ReadonlyMap<string, ReadonlySet<string>>;

/** Far above anything Twilio sends, far below what could hurt: 64 kB. */
export const longestBody = 65_536;

export function parseForm(body: string): Form {
  const form = new Map<string, Set<string>>();
  // The constructor drops one leading "?"; giving it one keeps a "?" that belongs to the body.
  for (const [name, value] of new URLSearchParams(`?${body}`)) {
    const values = form.get(name);
    if (values) values.add(value);
    else form.set(name, new Set([value]));
  }
  return form;
}

/** The one value of a field; null when it is missing, empty, or given with two different values. No database holds U+0000. */
export function fieldOf(form: Form, name: string): string | null {
  const values = form.get(name);
  if (values?.size !== 1) return null;
  const [value] = values;
  return value?.replaceAll('\0', '') || null;
}

/** The one value of a field as a whole number; null when it is not one. */
export function wholeNumberOf(form: Form, name: string): number | null {
  const value = fieldOf(form, name);
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null;
}
