/** Who is signed in here: the short-lived token stays in memory, the one that renews it in this browser's storage. */
import { useSyncExternalStore } from 'react';
import {
  type LoginAnswer,
  loginAnswerSchema,
  setupNeedSchema,
  type WhoAmI,
  whoAmISchema,
} from '../../../src/api/contract/auth.ts';
import { readClock } from '../base/now.ts';
import { toProblem } from './problem.ts';

export type Session =
  | { is: 'unknown' }
  | { is: 'unreachable' }
  /** `needsSetup`: there is no administrator yet. */
  | { is: 'signed-out'; needsSetup: boolean }
  | { is: 'signed-in'; me: WhoAmI };

const storedAs = 'callwright.refresh';
/** Renewed this long before it ends, so that no request meets an old one. */
const marginMs = 30_000;

let session: Session = { is: 'unknown' };
let token: { value: string; goodUntilMs: number } | null = null;
const listeners = new Set<() => void>();

function become(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

/** Finds out who is signed in, by what an earlier visit left behind. */
export async function openSession(): Promise<void> {
  try {
    const answer = await send('/auth/me', {});
    if (answer.ok) return become({ is: 'signed-in', me: whoAmISchema.parse(await answer.json()) });
    const setup = await fetch('/auth/setup');
    const needsSetup = setup.ok && setupNeedSchema.parse(await setup.json()).is_needed;
    become({ is: 'signed-out', needsSetup });
  } catch {
    become({ is: 'unreachable' });
  }
}

/** Logs in, or makes the first administrator. @throws Problem */
export async function enter(path: '/auth/login' | '/auth/setup', body: unknown): Promise<void> {
  const answer = await fetch(path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  if (!answer.ok) throw await toProblem(answer);
  keep(loginAnswerSchema.parse(await answer.json()));
  await openSession();
}

export async function leave(): Promise<void> {
  await send('/auth/logout', { method: 'POST' }).catch(() => {});
  forget();
  become({ is: 'signed-out', needsSetup: false });
}

/** A request in the name of who is signed in; the token is renewed where it has to be. */
export async function send(path: string, init: RequestInit): Promise<Response> {
  const first = await fetch(path, withToken(init, await goodToken()));
  if (first.status !== 401 || path === '/auth/logout') return first;
  const renewed = await renew();
  if (renewed) return fetch(path, withToken(init, renewed));
  if (session.is === 'signed-in') await openSession();
  return first;
}

/** For sockets, which take no headers; null on the open playground. */
export async function goodToken(): Promise<string | null> {
  if (token && readClock() < token.goodUntilMs - marginMs) return token.value;
  return localStorage.getItem(storedAs) === null ? null : renew();
}

const json = { 'content-type': 'application/json' };

function withToken(init: RequestInit, value: string | null): RequestInit {
  return value === null ? init : { ...init, headers: { ...init.headers, authorization: `Bearer ${value}` } };
}

function keep(answer: LoginAnswer): string {
  token = { value: answer.token, goodUntilMs: readClock() + answer.expires_in * 1000 };
  localStorage.setItem(storedAs, answer.refresh_token);
  return answer.token;
}

function forget(): void {
  token = null;
  localStorage.removeItem(storedAs);
}

let renewing: Promise<string | null> | null = null;

/** Two tabs must not use the same token twice: the server would take it for a stolen one. */
function renew(): Promise<string | null> {
  const work = async () => (navigator.locks ? navigator.locks.request('callwright.refresh', renewOnce) : renewOnce());
  renewing ??= work().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function renewOnce(): Promise<string | null> {
  const refresh = localStorage.getItem(storedAs);
  if (refresh === null) return null;
  const body = JSON.stringify({ refresh_token: refresh });
  const answer = await fetch('/auth/refresh', { method: 'POST', headers: json, body });
  if (answer.ok) return keep(loginAnswerSchema.parse(await answer.json()));
  if (answer.status !== 401) throw await toProblem(answer);
  forget();
  return null;
}

/** Signed out in another tab. */
addEventListener('storage', ({ key, newValue }) => {
  if (key !== storedAs || newValue !== null) return;
  token = null;
  void openSession();
});
