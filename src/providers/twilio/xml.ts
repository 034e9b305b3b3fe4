/** A tiny XML writer: elements from data, every value escaped, nothing that XML 1.0 forbids. */

export interface XmlElement {
  name: string;
  attributes?: Record<string, string | undefined>;
  children?: readonly (XmlElement | string)[];
}

/** What XML 1.0 cannot hold even when escaped: most control characters, lone surrogates, U+FFFE and U+FFFF. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** The text without the characters that no XML document can hold. */
export function toXmlText(text: string): string {
  return text.replace(forbidden, '');
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A reader turns raw line ends and tabs into other white space; written as references they survive.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escapeXml(text: string): string {
  return toXmlText(text).replace(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? character);
}

function writeElement(element: XmlElement): string {
  const attributes = Object.entries(element.attributes ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(value ?? '')}"`)
    .join('');
  const inside = (element.children ?? [])
    .map((child) => (typeof child === 'string' ? escapeXml(child) : writeElement(child)))
    .join('');
  return inside === ''
    ? `<${element.name}${attributes}/>`
    : `<${element.name}${attributes}>${inside}</${element.name}>`;
}

export function writeXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${writeElement(root)}`;
}
