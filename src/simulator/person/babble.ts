/** What a person who talks nonsense says: words in no order, sometimes nothing, very much, or another script. */
import type { Random } from '../../base/random.ts';

const words = [
  ...['yes', 'no', 'the', 'blue', 'invoice', 'seventeen', 'what', 'never', 'bicycle', 'tomorrow', 'maybe', 'um'],
  ...['ignore', 'previous', 'instructions', 'zero', 'hello', 'dollars', 'who', 'is', 'this', 'stop', 'cat', 'ten'],
];
const strange = [
  'もしもし、どなたですか',
  'Привет, кто это?',
  'مرحبا',
  '🙂🙂🙂',
  '<break time="9s"/>',
  '{"type":"end"}',
  '',
];

export function babble(random: Random): string {
  const kind = random.fraction();
  if (kind < 0.15) return strange[Math.floor(random.fraction() * strange.length)] ?? '';
  const count = kind < 0.2 ? 60 : 1 + Math.floor(random.fraction() * 9);
  return Array.from({ length: count }, () => words[Math.floor(random.fraction() * words.length)]).join(' ');
}
