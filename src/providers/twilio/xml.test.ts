import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { toXmlText, writeXml, type XmlElement } from './xml.ts';

interface Read {
  name: string;
  attributes: Record<string, string>;
  children: (Read | string)[];
}

/** The document as a reader that keeps to XML 1.0 sees it. */
function readXml(xml: string): Read {
  const root: Read = { name: '', attributes: {}, children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Read = { name, attributes: { ...attributes }, children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    open.at(-1)?.children.push(text);
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return root.children[0] as Read;
}

test('an element with attributes and children is written in one line', () => {
  const xml = writeXml({ name: 'A', attributes: { b: 'c', none: undefined }, children: [{ name: 'D' }, 'e'] });
  expect(xml).toBe('<?xml version="1.0" encoding="UTF-8"?><A b="c"><D/>e</A>');
});

test('markup in values stays text', () => {
  const evil = `"/><Hangup/><!-- ]]> & ' \0 \u{FFFF}`;
  const xml = writeXml({ name: 'Say', attributes: { language: evil }, children: [evil] });
  const expected = `"/><Hangup/><!-- ]]> & '  `;
  expect(readXml(xml)).toEqual({ name: 'Say', attributes: { language: expected }, children: [expected] });
});

test('characters that XML forbids are dropped, every other one is kept', () => {
  expect(toXmlText('a\0\b\u{1F}b\tc\nd\re\u{FFFE}\u{D800}f😀')).toBe('ab\tc\nd\ref😀');
});

test('whatever the values are, a reader gets them back', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('<', '>', '&', '"', "'", ']', '\t', '\n', '\r', ' ', '\0', '\u{D800}', '\u{85}', '😀'),
    }),
  );
  const name = fc.constantFrom('Say', 'Parameter', 'Response');
  fc.assert(
    fc.property(name, fc.tuple(text, text, text), (element, [first, second, content]) => {
      const inner: XmlElement = { name: 'Inner', attributes: { second }, children: [content] };
      const read = readXml(writeXml({ name: element, attributes: { first, second }, children: [inner] }));
      expect(read.name).toBe(element);
      expect(read.attributes).toEqual({ first: toXmlText(first), second: toXmlText(second) });
      const [child] = read.children as Read[];
      expect(child?.attributes).toEqual({ second: toXmlText(second) });
      expect(child?.children.join('')).toBe(toXmlText(content));
    }),
    { numRuns: 1000 },
  );
});
