/** What every TwiML verb is made of; each verb is one file in verbs/. */
import type { LiveCall, Source } from '../live-call.ts';
import type { TwimlElement } from './parse-twiml.ts';

export type VerbOutcome =
  | { type: 'next' }
  | { type: 'go'; source: Source }
  /** Nothing follows: the call is over or was taken elsewhere. */
  | { type: 'over' }
  | { type: 'failed'; code: number | null; message: string };

export interface VerbScene {
  call: LiveCall;
  element: TwimlElement;
  /** Null in a document that was given inline. */
  baseUrl: string | null;
  /** Aborted when the call is over or was redirected. */
  signal: AbortSignal;
}

export interface Verb {
  name: string;
  attributes: readonly string[];
  /** Whether it takes an incoming call that still rings. */
  answers: boolean;
  run(scene: VerbScene): VerbOutcome | Promise<VerbOutcome>;
}

/** The source that an action or a redirect names, or why it cannot be used. */
export function toSource(
  scene: VerbScene,
  target: { url: string; method: string | undefined; kind: 'voice' | 'action' },
): (Source & { type: 'url' }) | (VerbOutcome & { type: 'failed' }) {
  const method = (target.method ?? 'POST').toUpperCase();
  if (method !== 'GET' && method !== 'POST') {
    return { type: 'failed', code: 12200, message: `Invalid method ${target.method}: use GET or POST` };
  }
  const url = URL.parse(target.url, scene.baseUrl ?? undefined);
  if (!url && scene.baseUrl === null) {
    return { type: 'failed', code: 15004, message: `A URL in inline TwiML must be absolute: ${target.url}` };
  }
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return { type: 'failed', code: 11100, message: `Invalid URL format: ${target.url}` };
  }
  // An absolute URL stays exactly as written, because it is signed.
  return { type: 'url', kind: target.kind, method, url: URL.canParse(target.url) ? target.url : url.href };
}
