/** A REST request and its answer, free of any server, and Twilio's form of a refusal. */

export interface RestRequest {
  method: string;
  /** Path without query. */
  path: string;
  query: URLSearchParams;
  /** The `Authorization` header. */
  authorization: string | undefined;
  body: string;
}

export interface RestAnswer {
  status: number;
  /** `text/html` only for planned faults. */
  contentType: 'application/json' | 'text/html';
  /** Empty for 204. */
  body: string;
  headers?: Record<string, string>;
}

/** A file. */
export interface RestFile {
  status: number;
  contentType: string;
  bytes: Uint8Array;
  /** The connection breaks after so many bytes. */
  cutAtByte?: number;
}

/** `cut` stands for a connection that breaks without an answer. */
export type RestResult = RestAnswer | RestFile | 'cut';

export function json(value: unknown, status = 200): RestAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}

/** @see https://www.twilio.com/docs/api/errors (2026-11) */
export function refuse(status: number, code: number, message: string): RestAnswer {
  return json({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, status);
}

/** Stops the handling of a request with a refusal; caught where requests come in. */
export class Refusal extends Error {
  readonly answer: RestAnswer;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.answer = refuse(status, code, message);
  }
}

export function notFound(path: string): Refusal {
  return new Refusal(404, 20404, `The requested resource ${path} was not found`);
}
