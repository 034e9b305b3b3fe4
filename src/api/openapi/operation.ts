/** One operation of the API as its description needs it: the route and the schemas that its answers have. */
import type { z } from 'zod';

export interface Operation {
  /** Method and path as the route is registered. */
  route: `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /${string}`;
  summary: string;
  /** Whether one must say who one is: by a key or token, or by a client's own, or not at all. */
  access?: 'key' | 'client' | 'open';
  query?: z.ZodType;
  body?: z.ZodType;
  /** Whether the body may also be CSV. */
  takesCsv?: boolean;
  /** The answer when all is well; its body is JSON of this schema, or of another media type, or nothing. */
  answer: { status: number; body?: z.ZodType; type?: string };
  /** Other statuses that the route answers with the same body. */
  alsoAnswers?: readonly number[];
  /** Statuses that are documented one by one, with their own meaning. */
  errors?: Readonly<Record<number, string>>;
}

/** Operations that belong together and have the same form of error. */
export interface Area {
  tag: string;
  description: string;
  error: { schema: z.ZodType; type: string };
  operations: readonly Operation[];
}
