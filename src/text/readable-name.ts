/** Names from code, `dueDate` or `billing_inquiry`, as a person would say them. */
import { toPlainWords } from './plain-words.ts';

/** Words that are said letter by letter. */
const initialisms = new Set(['id', 'url', 'api', 'sms', 'pin', 'zip', 'vat', 'iban']);

/** `accountId` → `account ID`, `billing_inquiry` → `billing inquiry`; at most 40 characters. */
export function toReadableName(name: string): string {
  const spaced = name
    .slice(0, 200)
    .replace(/[_\-.]+/gu, ' ')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2');
  return toPlainWords(spaced, 40)
    .split(' ')
    .map((word) => (initialisms.has(word.toLowerCase()) ? word.toUpperCase() : toLowerUnlessInitials(word)))
    .join(' ');
}

function toLowerUnlessInitials(word: string): string {
  return /^[\p{Lu}\d]{2,}$/u.test(word) ? word : word.toLowerCase();
}

/** Whether a value looks like a name from code (`billing_inquiry`) rather than words for people. */
export function isCodeName(value: string): boolean {
  return /^[a-z]+(_[a-z]+)+$/u.test(value) || /^[a-z]+([A-Z][a-z]+)+$/u.test(value);
}
