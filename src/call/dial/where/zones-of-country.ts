/** Which time zones a country has, by the time zone database that comes with Node. */

/** `getTimeZones` is in Node 24 and not yet in TypeScript's own library. */
type LocaleWithZones = Intl.Locale & { getTimeZones?(): string[] | undefined };

/** Places with a calling code that the database has no entry for. */
const others: Readonly<Record<string, readonly string[]>> = {
  AC: ['Atlantic/St_Helena'],
  TA: ['Atlantic/St_Helena'],
  XK: ['Europe/Belgrade'],
};

const known = new Map<string, readonly string[]>();

/** All of them, uninhabited corners too; none for a country that is not known. */
export function zonesOfCountry(country: string): readonly string[] {
  const before = known.get(country);
  if (before) return before;
  const zones = others[country] ?? (new Intl.Locale(`und-${country}`) as LocaleWithZones).getTimeZones?.() ?? [];
  known.set(country, zones);
  return zones;
}
