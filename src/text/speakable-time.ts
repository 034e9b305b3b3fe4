/** Times of day written for machines, said as people say them. */

/** `14:30` → `2:30 PM`, `9am` → `9 AM`, `2:30 PM` as it is; null when it is no time of day. */
export function toSpeakableTime(text: string): string | null {
  const match = /^(\d{1,2})(?::(\d{2})(?::\d{2})?)?\s*([ap])?\.?(?:m\.?)?$/iu.exec(text.trim());
  if (!match) return null;
  const [hour, minute, half] = [Number(match[1]), match[2] ?? '00', match[3]?.toLowerCase()];
  if (Number(minute) > 59 || (!half && !match[2])) return null;
  if (half ? hour < 1 || hour > 12 : hour > 23) return null;
  const afternoon = half ? half === 'p' : hour >= 12;
  const onDial = hour % 12 === 0 ? 12 : hour % 12;
  return `${onDial}${minute === '00' ? '' : `:${minute}`} ${afternoon ? 'PM' : 'AM'}`;
}
