/** Where a person may be called, whatever the hour at which a test runs. */

/** A zone in which it is between noon and one o'clock now. */
export function zoneOfNoon(): string {
  const west = new Date().getUTCHours() - 12;
  return `Etc/GMT${west >= 0 ? '+' : ''}${west}`;
}
