/** Amounts of money, said with their currency where it is known. */

/**
 * `$250.00` stays as it is; `250` with the currency `USD` becomes `$250.00`. Without a currency none is made up.
 * `currency` is an ISO 4217 code; one that is not is ignored.
 */
export function toSpeakableAmount(amount: string, currency?: string): string {
  const text = amount.trim();
  const code = currency?.trim().toUpperCase();
  if (!code || !/^[A-Z]{3}$/u.test(code) || !/^-?\d{1,12}(\.\d+)?$/u.test(text)) return text;
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: code }).format(Number(text));
}
