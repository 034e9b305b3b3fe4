/** `POST /v1/calls`, so many a second whatever the answers take; the baseline does the same transactions by itself. */
import { createSamples } from '../load/samples.ts';
import { type Outcome, openLoop, pause, type Scene } from '../load/scene.ts';

export async function measurePlacing(scene: Scene): Promise<Outcome> {
  const { seconds, perSecond } = scene.options;
  const samples = createSamples(scene.stalls);
  const path = scene.options.isBaseline ? '/transactions' : '/v1/calls';
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${scene.server.operatorKey}` };
  const failures: Record<number, number> = {};
  const open: Promise<void>[] = [];
  const place = async (index: number, counts: boolean) => {
    const from = performance.now();
    const body = JSON.stringify({ to: `+1312${String(2_000_000 + index)}` });
    const response = await fetch(`${scene.server.url}${path}`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    if (response.status !== 201) failures[response.status] = (failures[response.status] ?? 0) + 1;
    else if (counts) samples.add(from, performance.now());
  };
  // Statements are prepared and code is compiled by the first ones.
  for (let index = 0; index < 50; index += 1) await place(5_000_000 + index, false);
  await openLoop(perSecond, seconds, (index) => open.push(place(index, true)));
  await Promise.all(open);
  await pause(200);
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return {
    answer: samples.figures(),
    failed,
    ...Object.fromEntries(Object.entries(failures).map(([s, n]) => [`status${s}`, n])),
  };
}
