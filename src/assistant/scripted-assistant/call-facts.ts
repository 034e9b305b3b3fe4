/** What the call's parameters tell, made fit to be spoken; they come from outside and are never trusted. */
import { z } from 'zod';
import type { ChatMessage } from '../../ports/language-model.ts';
import { toFormOfAddress } from '../../text/first-name.ts';
import { toPlainWords } from '../../text/plain-words.ts';
import { isCodeName, toReadableName } from '../../text/readable-name.ts';
import { toSpeakableAmount } from '../../text/speakable-amount.ts';
import { type CalendarDate, parseIsoDate, toSpeakableDate } from '../../text/speakable-date.ts';
import { toSpeakableTime } from '../../text/speakable-time.ts';
import { toSpokenList } from '../../text/spoken-list.ts';

export interface Fact {
  /** The parameter's name in words: `due date`. */
  name: string;
  /** Ready to be spoken. */
  value: string;
  date: CalendarDate | null;
}

/** Facts by name without case or separators: `dueDate`, `due_date` and `Due Date` are all `duedate`. */
export type CallFacts = ReadonlyMap<string, Fact>;

const prefix = 'Call Context: ';
const maxContextLength = 100_000;
const maxFacts = 40;
const maxValueLength = 60;
const maxTextLength = 180;

/** Parameters that hold a sentence rather than a value. */
const textNames = /reason|agenda|message|note|description|purpose|topic/u;
const amountNames = /amount|price|total|balance|cost/u;

const contextSchema = z.object({ customParameters: z.unknown().optional() });

export function parseCallFacts(messages: readonly ChatMessage[], nowMs: number): CallFacts {
  const message = messages.find(({ role, content }) => role === 'system' && content.startsWith(prefix));
  const facts = new Map<string, Fact>();
  if (!message || message.content.length > maxContextLength) return facts;
  const parameters = parseParameters(message.content.slice(prefix.length));
  const currency = parameters.find(([name]) => toKey(name) === 'currency')?.[1];
  for (const [name, raw] of parameters.slice(0, maxFacts)) {
    const fact = toFact({ name, raw, nowMs, currency: typeof currency === 'string' ? currency : undefined });
    if (fact && !facts.has(toKey(name))) facts.set(toKey(name), fact);
  }
  return facts;
}

/** The value of the first of these parameters that is known. */
export function knownValue(facts: CallFacts, ...names: readonly string[]): string | null {
  return factOf(facts, ...names)?.value ?? null;
}

export function factOf(facts: CallFacts, ...names: readonly string[]): Fact | null {
  for (const name of names) {
    const fact = facts.get(toKey(name));
    if (fact) return fact;
  }
  return null;
}

/** How to address the person, or null when no name is known. */
export function addressOf(facts: CallFacts): string | null {
  const name = knownValue(facts, 'customerName', 'name', 'firstName', 'fullName', 'contactName', 'patientName');
  return name === null ? null : toFormOfAddress(name);
}

function parseParameters(json: string): [string, unknown][] {
  try {
    const { customParameters } = contextSchema.parse(JSON.parse(json));
    const isObject = typeof customParameters === 'object' && customParameters !== null;
    return isObject && !Array.isArray(customParameters) ? Object.entries(customParameters) : [];
  } catch {
    return [];
  }
}

function toKey(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function toFact(parameter: { name: string; raw: unknown; nowMs: number; currency: string | undefined }): Fact | null {
  const { raw, nowMs, currency } = parameter;
  const name = toReadableName(parameter.name);
  const key = toKey(parameter.name);
  const text = toText(raw);
  if (key === '' || name === '' || text === null) return null;
  const date = parseIsoDate(text);
  if (date) return { name, value: toSpeakableDate(date, nowMs), date };
  const value = toPlainWords(text, textNames.test(key) ? maxTextLength : maxValueLength);
  if (value === '') return null;
  return { name, value: toSpokenValue(key, value, currency), date: null };
}

function toSpokenValue(key: string, value: string, currency: string | undefined): string {
  if (amountNames.test(key)) return toSpeakableAmount(value, currency);
  if (key.includes('time')) return toSpeakableTime(value) ?? value;
  return isCodeName(value) ? toReadableName(value) : value;
}

function toText(raw: unknown): string | null {
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number') return String(raw);
  if (typeof raw === 'boolean') return raw ? 'yes' : 'no';
  if (!Array.isArray(raw)) return null;
  const items = raw.slice(0, 5).filter((item) => typeof item === 'string' || typeof item === 'number');
  return items.length > 0 ? toSpokenList(items.map((item) => String(item).slice(0, maxValueLength))) : null;
}
