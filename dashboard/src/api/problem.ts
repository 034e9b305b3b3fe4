/** What the server says when it refuses something. */

export class Problem extends Error {
  readonly status: number;
  /** For example `request/not-found`; empty where the server names none. */
  readonly code: string;
  /** What is wrong with which field. */
  readonly fields: ReadonlyMap<string, string>;

  constructor({
    status,
    code,
    detail,
    fields,
  }: { status: number; code: string; detail: string; fields: Map<string, string> }) {
    super(detail);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

interface ProblemBody {
  detail?: string;
  error?: string;
  why?: string;
  code?: string;
  errors?: { field: string; message: string }[];
}

/** Reads the answer, in whatever form it explains itself. */
export async function toProblem(answer: Response): Promise<Problem> {
  const body = (await answer.json().catch(() => ({}))) as ProblemBody;
  const detail = body.detail ?? body.error ?? body.why ?? `The server answered ${answer.status}.`;
  const fields = new Map((body.errors ?? []).map(({ field, message }) => [field, message]));
  return new Problem({ status: answer.status, code: body.code ?? '', detail, fields });
}

/** The words for a person, whatever was thrown. */
export function wordsOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (error instanceof TypeError) return 'The server cannot be reached. Is it running?';
  return error instanceof Error ? error.message : 'Something went wrong.';
}
