/** Relay: from the person's words, as the carrier understood them, to the first word of the answer. */
import type { WebSocket } from 'ws';
import { openSocket } from '../load/carrier-face.ts';
import { createSamples } from '../load/samples.ts';
import { inParallel, type Outcome, openLoop, pause, type Scene } from '../load/scene.ts';

interface RelayLine {
  socket: WebSocket;
  askedAtMs: number | null;
}

export async function measureRelayTurns(scene: Scene): Promise<Outcome> {
  const { calls, seconds, perSecond, delays, isBaseline } = scene.options;
  scene.vendors.delays = delays;
  const samples = createSamples(scene.stalls);
  const lines: RelayLine[] = [];
  await inParallel(calls, 8, async () => {
    lines.push(isBaseline ? await openBare(scene) : await openCall(scene));
  });
  for (const line of lines) {
    line.socket.on('message', (data) => {
      const { type, token } = JSON.parse(String(data)) as { type: string; token?: string };
      if (type !== 'text' || !token || line.askedAtMs === null) return;
      samples.add(line.askedAtMs, performance.now());
      line.askedAtMs = null;
    });
  }
  await pause(1500);
  const before = await scene.look();
  const startedAt = performance.now();
  await openLoop(perSecond, seconds, (index) => {
    const line = lines[index % lines.length];
    if (!line) return;
    line.askedAtMs = performance.now();
    line.socket.send(
      JSON.stringify({ type: 'prompt', voicePrompt: 'What about tomorrow?', lang: 'en-US', last: true }),
    );
  });
  await pause(delays.firstTokenMs + 1000);
  const after = await scene.look();
  const unanswered = lines.filter((line) => line.askedAtMs !== null).length;
  for (const line of lines) line.socket.close(1000);
  const callSeconds = (calls * (performance.now() - startedAt)) / 1000;
  return { turn: samples.figures(), unanswered, cpuMsPerCallSecond: (after.cpuMs - before.cpuMs) / callSeconds };
}

async function openCall({ server, carrier }: Scene): Promise<RelayLine> {
  const call = await carrier.dial(server, 'outbound-call');
  const { socket, parameters } = await openSocket(await carrier.answer(call));
  const { From: from, To: to } = Object.fromEntries(call.form);
  const setup = { type: 'setup', sessionId: `VX${call.sid.slice(2)}`, callSid: call.sid, from, to };
  socket.send(JSON.stringify({ ...setup, direction: 'outbound-api', customParameters: parameters }));
  return { socket, askedAtMs: null };
}

async function openBare({ server }: Scene): Promise<RelayLine> {
  const address = server.url.replace('http', 'ws');
  const { socket } = await openSocket(`<ConversationRelay url="${address}/relay">`);
  return { socket, askedAtMs: null };
}
