/** A node's way to the carrier's REST API: `fetch` in virtual time, with all that can become of a request. */
import type { CarrierNetwork, Fate } from './carrier-network.ts';
import type { NodeTime } from './node-time.ts';

export function createNodeFetch({ time, network }: { time: NodeTime; network: CarrierNetwork }): typeof fetch {
  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    await time.wait(5);
    const fate = network.take({
      method: init.method ?? 'GET',
      path: url.replace(/^https:\/\/carrier/, ''),
      form: new URLSearchParams(typeof init.body === 'string' ? init.body : ''),
    });
    return await Promise.race([come(time, fate), aborted(init.signal)]);
  };
  return ((url: string, init: RequestInit) => ask(url, init)) as typeof fetch;
}

/** A promise of its own for each that waits: one for all would keep everybody who ever waited. */
const forever = () => new Promise<never>(() => {});

async function come(time: NodeTime, fate: Fate): Promise<Response> {
  if (fate.type === 'silence') return forever();
  await time.wait(fate.afterMs);
  if (fate.type === 'refused-connection') {
    throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED', syscall: 'connect' } });
  }
  if (fate.type === 'reset') {
    throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET', syscall: 'read' } });
  }
  const { status, text, retryAfter, date } = fate.answer;
  const known: Record<string, string | undefined> = { 'retry-after': retryAfter, date };
  // Only what the client of the REST API looks at.
  return {
    status,
    headers: { get: (name: string) => known[name] ?? null },
    body: [new TextEncoder().encode(text)],
  } as unknown as Response;
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () =>
      reject(Object.assign(new TypeError('fetch failed'), { cause: signal.reason })),
    );
  });
}
