/** How to address a person whose full name is known. */

const titles = /^(mr|mrs|ms|miss|mx|dr|prof|sir|madam)\.?$/iu;

/** `Sarah Johnson` → `Sarah`, `Johnson, Sarah` → `Sarah`, `Dr. Jane Smith` → `Dr. Smith`; empty for an empty name. */
export function toFormOfAddress(fullName: string): string {
  const [family = '', given] = fullName.split(',', 2).map((part) => part.trim());
  const words = (given ? `${given} ${family}` : family).split(/\s+/u).filter((word) => word !== '');
  const [first = '', ...rest] = words;
  return titles.test(first) && rest.length > 0 ? `${first} ${rest.at(-1)}` : first;
}
