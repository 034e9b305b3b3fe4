/** Asks the server's API, and believes an answer only when it has the shape that the contract gives it. */
import type { z } from 'zod';
import { toProblem } from './problem.ts';
import { send } from './session.ts';

type Query = Record<string, string | number | boolean | null | undefined>;

/** What is empty is left out. */
export function toPath(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** @throws Problem */
export async function read<T extends z.ZodType>(schema: T, path: string, query: Query = {}): Promise<z.output<T>> {
  const answer = await send(toPath(path, query), {});
  if (!answer.ok) throw await toProblem(answer);
  return schema.parse(await answer.json());
}

/** Sends a change. Give the schema of the answer where it is needed. @throws Problem */
export async function change(
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  // A request that is sent again because its answer was lost is answered as before.
  if (method === 'POST') headers['idempotency-key'] = newKey();
  const init: RequestInit = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await send(path, init);
  if (!answer.ok) throw await toProblem(answer);
  return answer.status === 204 ? null : answer.json();
}

/** Sends a file as it is; it is not held in memory. @throws Problem */
export async function upload<T extends z.ZodType>(schema: T, path: string, file: Blob): Promise<z.output<T>> {
  const answer = await send(path, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: file });
  if (!answer.ok) throw await toProblem(answer);
  return schema.parse(await answer.json());
}

/** Has the browser keep what only who is signed in may fetch. @throws Problem */
export async function download(path: string, name: string): Promise<void> {
  const answer = await send(path, {});
  if (!answer.ok) throw await toProblem(answer);
  const url = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
