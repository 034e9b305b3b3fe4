/** Puts given values in the place of `{{name}}` in a text that somebody else wrote; values are data and stay data. */
import { CallwrightError } from '../base/errors.ts';

/** In UTF-16 units; the number of placeholders for `placeholders`. */
export const templateLimits = { template: 10_000, placeholders: 200, value: 2000, result: 20_000 } as const;

export class TemplateRefused extends CallwrightError {}

export interface RenderedText {
  /** Placeholders whose value was not given stand in it as they were written. */
  text: string;
  /** Names that were not given, each once, in the order of their first use. */
  missing: string[];
}

const placeholder = /\{\{([^{}]*)\}\}/g;
/** They lead from a value to what every value has, never to anything that was given. */
const notNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `{{name}}` and `{{customer.name}}` become the given value; one that is not text becomes JSON, `null` counts as not
 * given. Only own values are found, nothing is evaluated, and what was put in is never looked at again.
 * Control characters are dropped; in values line breaks and tabs become spaces.
 * @throws TemplateRefused `template/too-long`, `template/too-many-names`, `template/value-too-long` or
 * `template/result-too-long`
 */
export function renderTemplate(template: string, values: Readonly<Record<string, unknown>>): RenderedText {
  if (template.length > templateLimits.template) {
    throw new TemplateRefused('template/too-long', `A template may have ${templateLimits.template} characters.`);
  }
  const missing = new Set<string>();
  let placeholders = 0;
  let text = '';
  let end = 0;
  const add = (piece: string) => {
    text += piece;
    if (text.length <= templateLimits.result) return;
    throw new TemplateRefused(
      'template/result-too-long',
      `The text is longer than ${templateLimits.result} characters.`,
    );
  };
  for (const match of template.matchAll(placeholder)) {
    placeholders += 1;
    if (placeholders > templateLimits.placeholders) {
      const message = `A template may have ${templateLimits.placeholders} names.`;
      throw new TemplateRefused('template/too-many-names', message);
    }
    const name = (match[1] ?? '').trim();
    const value = findValue(values, name);
    if (value === undefined) missing.add(name);
    add(toWritten(template.slice(end, match.index)));
    add(value === undefined ? toWritten(match[0]) : toText(name, value));
    end = match.index + match[0].length;
  }
  add(toWritten(template.slice(end)));
  return { text, missing: [...missing] };
}

/** The own value that a dotted name leads to; undefined when none was given. Runs no getter. */
function findValue(values: Readonly<Record<string, unknown>>, name: string): unknown {
  let value: unknown = values;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || notNames.has(part)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, part)?.value;
  }
  return value ?? undefined;
}

function toText(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (text.length > templateLimits.value) {
    const message = `The value of ${name} is longer than ${templateLimits.value} characters.`;
    throw new TemplateRefused('template/value-too-long', message);
  }
  return text
    .replaceAll(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .toWellFormed();
}

/** The template's own words, as far as they can be stored and spoken. */
function toWritten(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, '').toWellFormed();
}
