/** Turns the validating schemas into the JSON Schemas of the description; named ones are gathered once. */
import { z } from 'zod';
import { namedSchemas } from './named-schemas.ts';

export type Json = Record<string, unknown>;

export interface JsonSchemas {
  /** What may be sent. */
  input(schema: z.ZodType): Json;
  /** What comes back: whoever reads it must not be told that nothing will ever be added. */
  output(schema: z.ZodType): Json;
  /** The named ones that were met so far. */
  named: Json;
}

/** Formats say in one word what these long patterns say. */
const formats = ['date-time', 'date', 'email'];

export function createJsonSchemas(): JsonSchemas {
  const named: Json = {};

  const output = (schema: z.ZodType): Json => {
    const made = z.toJSONSchema(schema, {
      io: 'output',
      unrepresentable: 'any',
      metadata: namedSchemas,
      override: ({ jsonSchema }) => {
        dropPattern(jsonSchema);
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        delete jsonSchema.id;
      },
    });
    const { $schema, $defs = {}, ...rest } = withOurReferences(made) as { $schema?: string; $defs?: Json };
    Object.assign(named, $defs);
    return rest;
  };

  return {
    named,
    output,
    input(schema) {
      const override = ({ jsonSchema }: { jsonSchema: Json }) => dropPattern(jsonSchema);
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override });
      return rest;
    },
  };
}

function dropPattern(schema: Json): void {
  if (typeof schema.format === 'string' && formats.includes(schema.format)) delete schema.pattern;
}

function withOurReferences(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
