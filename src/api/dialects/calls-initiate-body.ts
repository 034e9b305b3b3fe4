/** Reads the body of `POST /calls/initiate` and says what is wrong with it as the documented service does. */
import { z } from 'zod';

/** One thing that is wrong, in the words that FastAPI has for it. */
export interface FieldProblem {
  loc: (string | number)[];
  msg: string;
  type: string;
}

export interface InitiateBody {
  assistantId: number;
  toPhoneNumber: string;
  welcomeMessage: string | null;
  agenda: string | null;
  variables: Record<string, unknown>;
}

type Field<T> = { value: T } | { msg: string; type: string };

const missing = { msg: 'Field required', type: 'missing' };
const notText = { msg: 'Input should be a valid string', type: 'string_type' };
const notStorable = {
  msg: 'Input should be a valid string, unable to parse raw data as a unicode string',
  type: 'string_unicode',
};
const notObject = { msg: 'Input should be a valid dictionary', type: 'dict_type' };

const record = z.record(z.string(), z.unknown());

export function parseInitiateBody(body: unknown): { body: InitiateBody } | { problems: FieldProblem[] } {
  if (body === undefined) return { problems: [{ loc: ['body'], ...missing }] };
  const fields = record.safeParse(body);
  if (!fields.success) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    return { problems: [{ loc: ['body'], msg, type: 'model_attributes_type' }] };
  }
  const given = fields.data;
  const problems: FieldProblem[] = [];
  const take = <T>(name: string, read: (value: unknown) => Field<T>, instead: T): T => {
    const field = read(Object.hasOwn(given, name) ? given[name] : undefined);
    if ('value' in field) return field.value;
    problems.push({ loc: ['body', name], ...field });
    return instead;
  };
  const read: InitiateBody = {
    assistantId: take('assistant_id', readInteger, 0),
    toPhoneNumber: take('to_phone_number', readText, ''),
    welcomeMessage: take('welcome_message', readTextOrNull, null),
    agenda: take('agenda', readTextOrNull, null),
    variables: take('variables', readVariables, {}),
  };
  return problems.length > 0 ? { problems } : { body: read };
}

/** Digits in a string count, as they do there. */
function readInteger(value: unknown): Field<number> {
  if (value === undefined) return missing;
  if (typeof value === 'string') {
    const unparsable = 'Input should be a valid integer, unable to parse string as an integer';
    return /^\s*[+-]?\d{1,15}\s*$/.test(value) ? { value: Number(value) } : { msg: unparsable, type: 'int_parsing' };
  }
  if (typeof value !== 'number') return { msg: 'Input should be a valid integer', type: 'int_type' };
  if (!Number.isFinite(value)) return { msg: 'Input should be a finite number', type: 'finite_number' };
  const fraction = 'Input should be a valid integer, got a number with a fractional part';
  return Number.isInteger(value) ? { value } : { msg: fraction, type: 'int_from_float' };
}

function readText(value: unknown): Field<string> {
  if (value === undefined) return missing;
  if (typeof value !== 'string') return notText;
  return isStorable(value) ? { value } : notStorable;
}

function readTextOrNull(value: unknown): Field<string | null> {
  return value === undefined || value === null ? { value: null } : readText(value);
}

function readVariables(value: unknown): Field<Record<string, unknown>> {
  if (value === undefined || value === null) return { value: {} };
  const variables = record.safeParse(value);
  if (!variables.success) return notObject;
  return isStorable(variables.data) ? { value: variables.data } : notStorable;
}

/** The database holds neither U+0000 nor half a character. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner));
}
