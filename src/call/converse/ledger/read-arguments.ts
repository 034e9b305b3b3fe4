/** Reads what a model wrote as the arguments of a tool: never trusted, perhaps not even JSON. */
import { z } from 'zod';
import type { Tool } from '../../../assistant/tools/tool.ts';

const longestArguments = 8000;
/** Names that reach into what every object has in common. */
const namesOfPrototypes = new Set(['__proto__', 'constructor', 'prototype']);

export interface ReadArguments {
  /** The same for arguments that say the same. */
  key: string;
  values: Record<string, unknown>;
  /** What is wrong with them, in words for the model. */
  problem: string | null;
}

export function readArguments(tool: Tool | null, json: string): ReadArguments {
  const text = json.trim() === '' ? '{}' : json.slice(0, longestArguments + 1);
  const parsed = parse(text);
  const key = parsed === undefined ? text : toKey(parsed);
  const wrong = (problem: string): ReadArguments => ({ key, values: {}, problem });
  if (!tool || tool.rules?.ignoresArguments) return { key, values: {}, problem: null };
  if (text.length > longestArguments) return wrong(`they are longer than ${longestArguments} characters`);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return wrong('they are no JSON object');
  if (hasPrototypeName(parsed)) return wrong('they hold a name that is not allowed');
  const schema = schemaOf(tool);
  const read = schema.safeParse(parsed);
  if (read.success) return { key, values: read.data as Record<string, unknown>, problem: null };
  return wrong(read.error.issues.slice(0, 5).map(toWords).join('; '));
}

/** The same for arguments that say the same. */
export function keyOf(json: string): string {
  const parsed = parse(json);
  return parsed === undefined ? json : toKey(parsed);
}

const schemas = new WeakMap<Tool, z.ZodType>();

function schemaOf(tool: Tool): z.ZodType {
  const known = schemas.get(tool);
  if (known) return known;
  const schema = z.fromJSONSchema(tool.definition.parameters as Parameters<typeof z.fromJSONSchema>[0]);
  schemas.set(tool, schema);
  return schema;
}

const toWords = ({ path, message }: z.core.$ZodIssue) =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function hasPrototypeName(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => namesOfPrototypes.has(name) || hasPrototypeName(inner));
}

/** With the names in one order; what is nested deeper than anything sensible ends the same. */
function toKey(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
