/** Money as whole micro-units, a millionth of the unit of its currency: nothing is lost to fractions. Pure. */

export const microsPerUnit = 1_000_000;

/** Whole micro-units of a decimal number as people write it, for example 12.50; null where it is none, or too large. */
export function parseMicros(decimal: string): number | null {
  const [, whole = '', fraction = ''] = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(decimal) ?? [];
  return whole === '' ? null : Number(whole) * microsPerUnit + Number(fraction.padEnd(6, '0'));
}

/** As people write it: two places at least, and no more than are needed. */
export function toDecimal(micros: number): string {
  const sign = micros < 0 ? '-' : '';
  const digits = String(Math.abs(micros)).padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${sign}${digits.slice(0, -6)}.${fraction}`;
}
