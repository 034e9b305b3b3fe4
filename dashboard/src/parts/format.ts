/** Numbers, times and money as people read them. */

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
const dayOfMonth = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
});
const count = new Intl.NumberFormat();

export const toMoment = (iso: string | null) => (iso === null ? 'not yet' : moment.format(new Date(iso)));
export const toTimeOfDay = (iso: string) => timeOfDay.format(new Date(iso));
export const toCount = (number: number) => count.format(number);
export const toPercent = (share: number | null) => (share === null ? '–' : `${Math.round(share * 100)} %`);

/** Lately in words, else the day. */
export function toLately(iso: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(iso)) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 12 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return dayOfMonth.format(new Date(iso));
}

/** 0:07, 12:30, 1:02:03 */
export function toDuration(seconds: number | null): string {
  if (seconds === null) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

export function toMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** +1 555 867 5310 */
export function toNumber(e164: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  return e164;
}

/** Millionths of a currency's unit; small sums keep what counts in them. */
export function toMoney(micros: number, currency: string): string {
  const amount = micros / 1_000_000;
  const isSmall = amount !== 0 && Math.abs(amount) < 1;
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: isSmall ? 4 : 2 };
  return new Intl.NumberFormat(undefined, { style: 'currency', currency, ...digits }).format(amount);
}
