/** A tool that is a request to a service of the assistant's author: signed, to the public network alone, and bounded. */
import type { Clock } from '../../base/clock.ts';
import type { GuardedAnswer, GuardedRequest } from '../../base/guarded-fetch.ts';
import type { NewId } from '../../base/ids.ts';
import { signWebhook } from '../../base/sign-webhook.ts';
import { renderTemplate } from '../../text/template.ts';
import type { HttpToolSetting } from '../tool-settings.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

export interface HttpToolParts {
  clock: Clock;
  newId: NewId;
  guardedFetch: (request: GuardedRequest) => Promise<GuardedAnswer>;
  /** What signs the requests of this client's tools. */
  secretOf(clientId: string | null): string;
}

/** What the server knows of the call, by the names that stand in templates. */
export type BoundValues = Readonly<Record<string, unknown>>;

const mostBytes = 64 * 1024;
const longestAnswer = 5000;
const longestError = 500;

export function createHttpTool(parts: HttpToolParts, setting: HttpToolSetting, values: BoundValues): Tool {
  const { name, description, timeout_ms: timeoutMs, waiting_phrase: waitingPhrase } = setting;
  // What its author does not name is not passed on, unless they say that anything is.
  const parameters = { additionalProperties: false, ...setting.parameters };
  return {
    definition: { name, description, parameters },
    rules: {
      ...{ timeoutMs, mostPerCall: setting.most_per_call, actsOnWorld: setting.method !== 'GET' },
      ...(waitingPhrase === null ? {} : { waitingPhrase }),
    },
    async run(context, chosen) {
      const request = toRequest(setting, { chosen, values });
      return toResult(await parts.guardedFetch(withSignature(parts, context, request)));
    },
  };
}

type Bare = Pick<GuardedRequest, 'url' | 'method' | 'body' | 'limitMs'>;

/** What the server binds stands above whatever the model chose. */
export function toRequest(
  { url, method, bound, timeout_ms: limitMs }: HttpToolSetting,
  { chosen, values }: { chosen: Record<string, unknown>; values: BoundValues },
): Bare {
  const sent: Record<string, unknown> = { ...chosen, ...renderBound(bound, values) };
  const address = renderAddress(url, values);
  if (method !== 'GET' && method !== 'DELETE') return { url: address, method, body: JSON.stringify(sent), limitMs };
  const target = new URL(address);
  for (const [name, value] of Object.entries(sent)) {
    target.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { url: target.href, method, limitMs };
}

const placeholder = /\{\{[^{}]*\}\}/g;

/** A name that the call has no value for becomes nothing; what a value holds is never looked at as a template. */
const render = (template: string, values: BoundValues) =>
  template.replaceAll(placeholder, (name) => {
    const { text, missing } = renderTemplate(name, values);
    return missing.length > 0 ? '' : text;
  });

/** What is sent beside what the model chose. */
export const renderBound = (bound: Readonly<Record<string, string>>, values: BoundValues): Record<string, string> =>
  Object.fromEntries(Object.entries(bound).map(([name, template]) => [name, render(template, values)]));

/** A value in an address is one piece of it, whatever it holds. */
const renderAddress = (url: string, values: BoundValues) =>
  url.replaceAll(placeholder, (name) => encodeURIComponent(render(name, values)));

function withSignature(parts: HttpToolParts, context: ToolContext, request: Bare): GuardedRequest {
  const { clock, newId, secretOf } = parts;
  const message = { id: newId('req'), atMs: clock.now(), body: request.body ?? '' };
  return {
    ...{ ...request, mostBytes },
    ...(context.signal ? { signal: context.signal } : {}),
    headers: {
      'user-agent': 'Callwright-Tools',
      'callwright-call-id': context.callId,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...signWebhook(message, [secretOf(context.clientId)]),
    },
  };
}

function toResult({ status, body, isCut }: GuardedAnswer): ToolResult {
  const text = body.toString().trim();
  const shown = (longest: number) =>
    isCut || text.length > longest ? `${text.slice(0, longest).toWellFormed()} … (cut)` : text;
  if (status >= 200 && status < 300) {
    return { content: text === '' ? 'Done; the service said nothing more.' : shown(longestAnswer), endsCall: null };
  }
  const isRedirect = status >= 300 && status < 400;
  const why = isRedirect ? 'The service redirects, which is not followed.' : `The service answered ${status}.`;
  return { content: `Not done. ${why} ${shown(longestError)}`.trim(), endsCall: null, failed: true };
}
