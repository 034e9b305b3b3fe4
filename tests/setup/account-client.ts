/** Talks to a server's accounts as any program would: logs in, and asks with the token it was given. */
import type { LoginAnswer } from '../../src/api/contract/auth.ts';

export const adminEmail = 'admin@example.org';
export const adminPassword = 'correct horse battery';
export const admin = { email: adminEmail, password: adminPassword };

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
  headers: Headers;
}

/** Sends JSON, or nothing when there is no body, and reads JSON. */
export async function ask<T = Record<string, unknown>>(
  url: string,
  method: string,
  options: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const { body, token } = options;
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T, headers: response.headers };
}

export async function logIn(url: string, pair: { email: string; password: string } = admin): Promise<LoginAnswer> {
  const { status, body } = await ask<LoginAnswer>(`${url}/auth/login`, 'POST', { body: pair });
  if (status !== 200) throw new Error(`could not log in: ${status} ${JSON.stringify(body)}`);
  return body;
}
