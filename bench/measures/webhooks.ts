/** The carrier's webhook for instructions, asked while calls are on the lines. */
import { openSocket, type TakenCall, webhook } from '../load/carrier-face.ts';
import { createSamples } from '../load/samples.ts';
import { inParallel, type Outcome, openLoop, pause, type Scene } from '../load/scene.ts';

export async function measureWebhooks(scene: Scene): Promise<Outcome> {
  const { calls, seconds, perSecond, isBaseline } = scene.options;
  const samples = createSamples(scene.stalls);
  if (isBaseline) {
    const open: Promise<void>[] = [];
    await openLoop(perSecond, seconds, () =>
      open.push(time(samples, webhook(`${scene.server.url}/empty`, { a: '1' }))),
    );
    await Promise.all(open);
    return { answer: samples.figures() };
  }
  await fillLines(scene, calls);
  const ringing: TakenCall[] = [];
  await inParallel(perSecond * seconds, 8, async () => {
    ringing.push(await scene.carrier.dial(scene.server, 'outbound-call'));
  });
  await pause(1000);
  let failed = 0;
  const open: Promise<void>[] = [];
  await openLoop(perSecond, seconds, (index) => {
    const call = ringing[index];
    if (!call) return;
    open.push(
      time(samples, scene.carrier.answer(call)).catch(() => {
        failed += 1;
      }),
    );
  });
  await Promise.all(open);
  return { answer: samples.figures(), failed, callsTalking: scene.lines.lines.length };
}

async function time(samples: { add(from: number, to: number): void }, work: Promise<unknown>): Promise<void> {
  const from = performance.now();
  await work;
  samples.add(from, performance.now());
}

/** Puts so many calls on media lines. */
export async function fillLines(scene: Scene, calls: number): Promise<void> {
  const missing = calls - scene.lines.lines.length;
  await inParallel(missing, 8, async () => {
    const call = await scene.carrier.dial(scene.server, 'call-customer');
    const { socket, parameters } = await openSocket(await scene.carrier.answer(call));
    scene.lines.begin(socket, { sid: call.sid, parameters });
  });
}
