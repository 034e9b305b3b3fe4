/** Asks ElevenLabs for the address of one conversation with a private agent; it is good for once. */
import { z } from 'zod';
import { type Clock, waitFor } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { kindOfStatus, type SocketFailure } from '../../base/vendor-socket.ts';

export interface SignUrlParts {
  apiKey: string;
  baseUrl: string;
  fetch: typeof fetch;
  clock: Clock;
  signal: AbortSignal;
}

const answer = z.object({ signed_url: z.url({ protocol: /^wss?$/u }) });
const answerMs = 2000;

/** The address, or why there is none. Never rejects. */
export async function signUrl(parts: SignUrlParts, agentId: string): Promise<string | SocketFailure> {
  const enough = new AbortController();
  const signal = AbortSignal.any([parts.signal, enough.signal]);
  const tooLate = waitFor(parts.clock, answerMs, signal).then((): SocketFailure => {
    return { kind: 'timeout', message: `elevenlabs did not sign an address within ${answerMs} ms.` };
  });
  try {
    return await Promise.race([ask(parts, agentId, signal), tooLate]);
  } finally {
    enough.abort();
  }
}

async function ask(parts: SignUrlParts, agentId: string, signal: AbortSignal): Promise<string | SocketFailure> {
  const query = new URLSearchParams({ agent_id: agentId });
  try {
    const response = await parts.fetch(`${parts.baseUrl}/v1/convai/conversation/get-signed-url?${query}`, {
      headers: { 'xi-api-key': parts.apiKey },
      signal,
    });
    if (!response.ok) {
      return { kind: kindOfStatus(response.status), message: `elevenlabs answered ${response.status} to a signature.` };
    }
    const parsed = answer.safeParse(await response.json());
    if (parsed.success) return parsed.data.signed_url;
    return { kind: 'broken-stream', message: 'elevenlabs gave no signed address.' };
  } catch (error) {
    const message = messageOf(error).replaceAll(parts.apiKey, '[secret]');
    return { kind: 'unavailable', message: `elevenlabs was not reached: ${message.slice(0, 200)}` };
  }
}
