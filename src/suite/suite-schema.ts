/** What a file of test calls may hold. */
import { z } from 'zod';
import { createAssistantSchema } from '../api/contract/assistants.ts';
import { callStatuses } from '../api/contract/calls.ts';
import { e164Schema, objectSchema, textSchema } from '../api/contract/text.ts';
import { toMatcher } from './match-words.ts';

const short = textSchema(200);
const milliseconds = z.int().min(0).max(600_000);
const count = z.int().min(0).max(1000);

/** `words`, wherever they stand and in whatever case, or `/a regular expression/i`. */
const pattern = textSchema(1000).refine((text) => {
  try {
    toMatcher(text);
    return true;
  } catch {
    return false;
  }
}, 'is no regular expression that can be read; a text between slashes is one');

const patterns = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(pattern).max(100));
const oneOf = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(short).min(1).max(20));
const statuses = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.enum(callStatuses)));

const keys = z.string().regex(/^[0-9*#w]{1,40}$/, 'may hold 40 of 0-9, *, # and w');

const moveFields = { say: textSchema(2000).optional(), press: keys.optional(), hang_up: z.boolean().default(false) };

const answer = z.strictObject({
  when: pattern,
  ...moveFields,
  /** How often it may be given. */
  times: z.int().min(1).max(1000).default(1),
});

const otherwise = z.preprocess(
  (value) => (typeof value === 'string' ? { say: value } : value),
  z.strictObject(moveFields),
);

const kindsOfPerson = ['ready', 'script', 'answers', 'persona'] as const;

const person = z.preprocess(
  (value) => (typeof value === 'string' ? { ready: value } : value),
  z
    .strictObject({
      /** One who comes with the phone network, by name. */
      ready: short.optional(),
      /** Step by step, as in docs/simulated-people.md. */
      script: textSchema(20_000).optional(),
      /** What they say to what: the first that fits the words just heard. */
      answers: z.array(answer).min(1).max(200).optional(),
      /** Who a language model plays, and what they want. */
      persona: textSchema(4000).optional(),
      otherwise: otherwise.optional(),
      /** Said before the assistant has spoken. */
      opens_with: textSchema(2000).optional(),
      /** A second unless told. */
      answers_after_ms: milliseconds.optional(),
      patience_ms: milliseconds.min(1000).default(30_000),
    })
    .superRefine((value, context) => {
      const given = kindsOfPerson.filter((kind) => value[kind] !== undefined);
      if (given.length === 1) return;
      const message = `needs one of ready, script, answers and persona, and has ${given.join(' and ') || 'none'}`;
      context.addIssue({ code: 'custom', message });
    }),
);

const toolCheck = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z.strictObject({
    name: short,
    /** Those named must be as they stand here; a text may be a pattern between slashes. */
    arguments: objectSchema(8000).optional(),
    state: z.enum(['confirming', 'running', 'done', 'failed', 'refused', 'lost']).optional(),
    /** Exactly so often; at least once when absent. */
    times: count.optional(),
  }),
);

const atMost = z.strictObject({
  p50: milliseconds.optional(),
  p95: milliseconds.optional(),
  longest: milliseconds.optional(),
});

const range = z.strictObject({ at_least: count.optional(), at_most: count.optional() });

const expectation = z.strictObject({
  status: statuses.optional(),
  outcome: oneOf.optional(),
  ended_by: oneOf.optional(),
  ended_reason: oneOf.optional(),
  answered_by: oneOf.optional(),
  voicemail_message: oneOf.optional(),
  /** By the assistant, and heard by the person. */
  said: patterns.optional(),
  not_said: patterns.optional(),
  person_said: patterns.optional(),
  person_not_said: patterns.optional(),
  tools: z.array(toolCheck).max(50).optional(),
  tools_not_called: z.array(short).max(50).optional(),
  /** What the analysis found, by the assistant's `analysis_schema`. */
  data: objectSchema(8000).optional(),
  /** By the assistant's `success_criteria`. */
  success: z.boolean().optional(),
  /** How long the person waits for an answer, at most. */
  reply_ms: atMost.optional(),
  /** Of both sides. */
  turns: range.optional(),
});

const assistantChanges = z.strictObject(createAssistantSchema.shape).partial();

const callFields = {
  variables: objectSchema(6000).optional(),
  welcome_message: textSchema(10_000, 0).optional(),
  agenda: textSchema(10_000, 0).optional(),
};

const testCase = z.strictObject({
  name: short,
  /** `inbound`: the person calls, and the assistant answers. */
  direction: z.enum(['outbound', 'inbound']).default('outbound'),
  person,
  /** Who is called; a number of its own unless told. */
  to: e164Schema.optional(),
  /** Who calls; a number of its own unless told. */
  from: e164Schema.optional(),
  /** What is different about the assistant. */
  assistant: assistantChanges.optional(),
  ...callFields,
  max_duration_seconds: z.int().min(10).max(14_400).default(300),
  expect: expectation.refine(
    (wanted) => Object.keys(wanted).length > 0,
    'expects nothing, so that it would always pass',
  ),
});

export const suiteSchema = z.strictObject({
  name: short.default('test calls'),
  /** As `POST /v1/assistants` takes it, or the name of a file that holds it. */
  assistant: createAssistantSchema,
  /** How many times faster than life the calls go. */
  speed: z.number().min(0.1).max(50).optional(),
  ...callFields,
  cases: z
    .array(testCase)
    .min(1)
    .max(500)
    .refine((cases) => new Set(cases.map(({ name }) => name)).size === cases.length, 'gives two cases the same name'),
});

export type Suite = z.infer<typeof suiteSchema>;
export type TestCase = z.infer<typeof testCase>;
export type Expectation = z.infer<typeof expectation>;
export type SuitePerson = TestCase['person'];

/** Every field that a file can have, to find the one that was meant by another. */
export const fieldNames: readonly string[] = [
  ...[suiteSchema, testCase, expectation, assistantChanges, answer, atMost, range].flatMap(({ shape }) =>
    Object.keys(shape),
  ),
  ...['ready', 'script', 'answers', 'persona', 'otherwise', 'opens_with', 'answers_after_ms', 'patience_ms'],
  ...['name', 'arguments', 'state', 'times'],
];
