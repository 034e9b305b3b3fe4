/** How fast the people of a campaign are dialled, and how late calls are that are due at one moment. */
import type { Server } from '../load/carrier-face.ts';
import { createSamples } from '../load/samples.ts';
import { inParallel, type Outcome, pause, type Scene } from '../load/scene.ts';

/** Longer than either measurement may take. */
const patienceMs = 240_000;

/** A zone in which it is between noon and one o'clock now: there everybody may be called. */
function zoneOfNoon(): string {
  const west = new Date().getUTCHours() - 12;
  return `Etc/GMT${west >= 0 ? '+' : ''}${west}`;
}

/** A text is a file of contacts. */
async function post(server: Server, path: string, content: object | string): Promise<unknown> {
  const isFile = typeof content === 'string';
  const body = isFile ? content : JSON.stringify(content);
  const type = isFile ? 'text/csv' : 'application/json';
  const headers = { 'content-type': type, authorization: `Bearer ${server.operatorKey}` };
  const response = await fetch(server.url + path, { method: 'POST', headers, body });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Resolves with the moments at which so many calls were taken by the carrier. */
function whenTaken(scene: Scene, count: number): Promise<number[]> {
  const taken: number[] = [];
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`only ${taken.length} of ${count} were dialled`)), patienceMs).unref();
    scene.carrier.onTaken = (_to, atMs) => {
      taken.push(atMs);
      if (taken.length === count) resolve(taken);
    };
  });
}

/**
 * Dials a second from the first to the last of a campaign; everybody is busy, so that lines become free. The baseline
 * has the same calls stored, dialled and ended by itself.
 */
export async function measureCampaign(scene: Scene): Promise<Outcome> {
  const { server, options } = scene;
  if (options.isBaseline) return (await post(server, '/dial', { calls: options.calls })) as Outcome;
  scene.carrier.allAreBusy = true;
  const pacing = { calls_per_minute: 60_000, concurrent_calls: 200 };
  const breaker = { failed_share: 1, last_calls: 200 };
  const { id } = (await post(server, '/v1/campaigns', { name: 'Bench', pacing, breaker })) as {
    id: string;
  };
  const rows = Array.from({ length: options.calls }, (_, index) => `+1312${2_000_000 + index},${zoneOfNoon()}`);
  await post(server, `/v1/campaigns/${id}/contacts`, ['phone,timezone', ...rows].join('\n'));
  const dialled = whenTaken(scene, options.calls);
  await post(server, `/v1/campaigns/${id}/start`, {});
  const taken = await dialled;
  const tookMs = (taken.at(-1) ?? 0) - (taken[0] ?? 0);
  return { dialsPerSecond: ((taken.length - 1) * 1000) / tookMs };
}

/** How long after the moment that all of them are due each call is asked of the carrier. */
export async function measureClaimLag(scene: Scene): Promise<Outcome> {
  const { server, options } = scene;
  const beforeMs = options.seconds * 1000;
  const dueAt = Date.now() + beforeMs;
  const dueMs = performance.now() + beforeMs;
  const schedule = { not_before: new Date(dueAt).toISOString() };
  const dialled = whenTaken(scene, options.calls);
  await inParallel(options.calls, 16, async (index) => {
    const to = `+1312${2_000_000 + index}`;
    await post(server, '/v1/calls', { to, schedule, recipient_timezone: zoneOfNoon() });
  });
  if (performance.now() > dueMs) throw new Error('the calls were due before all of them were there');
  const samples = createSamples(scene.stalls);
  for (const atMs of await dialled) samples.add(dueMs, atMs);
  await pause(200);
  return { lag: samples.figures() };
}
