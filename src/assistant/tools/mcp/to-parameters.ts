/** The schema of a tool's arguments as an MCP server wrote it, made fit to be checked here. Pure. */
import { z } from 'zod';

const longestSchema = 8000;
/** A pattern would run on whatever a stranger says. */
const dropped = ['pattern', 'patternProperties', '$schema', '$id', '$comment'];
/** May lead round in circles. */
const references = ['$ref', '$dynamicRef'];

/**
 * Without what the server binds itself, which the model does not even see.
 * @returns null for a schema that cannot be checked: such a tool is not offered
 */
export function toParameters(
  schema: Record<string, unknown>,
  bound: readonly string[],
): Record<string, unknown> | null {
  if (JSON.stringify(schema).length > longestSchema) return null;
  const cleaned = clean(schema, false);
  if (cleaned === null || cleaned.type !== 'object') return null;
  const properties = Object.entries((cleaned.properties ?? {}) as Record<string, unknown>);
  const required = Array.isArray(cleaned.required) ? (cleaned.required as unknown[]) : [];
  const parameters = {
    ...cleaned,
    properties: Object.fromEntries(properties.filter(([name]) => !bound.includes(name))),
    required: required.filter((name) => typeof name === 'string' && !bound.includes(name)),
    // What the schema does not name is not passed on, or a bound value could come back under it.
    additionalProperties: false,
  };
  try {
    z.fromJSONSchema(parameters as Parameters<typeof z.fromJSONSchema>[0]);
    return parameters;
  } catch {
    return null;
  }
}

/** Names of properties are not keywords. */
function clean(value: Record<string, unknown>, isNames: boolean): Record<string, unknown> | null {
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    if (!isNames && references.includes(name)) return null;
    if (!isNames && dropped.includes(name)) continue;
    const cleaned = cleanInner(inner, !isNames && name === 'properties');
    if (cleaned === null && inner !== null) return null;
    kept.push([name, cleaned]);
  }
  return Object.fromEntries(kept);
}

function cleanInner(value: unknown, isNames: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return clean(value as Record<string, unknown>, isNames);
  const items = value.map((item) => cleanInner(item, false));
  return items.some((item, index) => item === null && value[index] !== null) ? null : items;
}
