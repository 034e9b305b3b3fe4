/** Proof: whatever a vendor does, and whenever, nobody waits long in silence, and the call ends with nothing left of it. */
import type { Engine } from '../../src/assistant/assistant.ts';
import { createSeededRandom } from '../../src/base/random.ts';
import type { VendorFault, VendorKind } from '../../src/simulator/vendors/vendor.ts';
import { longAnswer } from './agreement.ts';
import { startVirtualCall, type VirtualCall } from './virtual-call.ts';
import { compareHeard, longestSilence, oddities } from './what-was-heard.ts';

export const faultKinds = ['stt', 'tts', 'llm', 'agent'] as const satisfies VendorKind[];
const faults: readonly VendorFault[] = [
  ...(['refused', '401', '429', '500', 'stall', 'slow-first-byte'] as const),
  ...(['drip', 'bad-json', 'close', 'huge-message'] as const),
];
const moments = ['greeting', 'listening', 'thinking', 'speaking'] as const;
type Moment = (typeof moments)[number];

export interface FaultCase {
  engine: Engine;
  kind: VendorKind;
  fault: VendorFault;
  moment: Moment;
  seed: number;
}

const enginesThatNeed: Record<(typeof faultKinds)[number], readonly Engine[]> = {
  stt: ['cascade'],
  tts: ['cascade'],
  llm: ['cascade', 'relay'],
  agent: ['speech-to-speech', 'agent-bridge'],
};

/** Every engine with every kind of vendor that it needs. */
export function allFaultCases(seeds: readonly number[]): FaultCase[] {
  return faultKinds.flatMap((kind) =>
    enginesThatNeed[kind].flatMap((engine) =>
      faults.flatMap((fault) =>
        moments.flatMap((moment) => seeds.map((seed) => ({ engine, kind, fault, moment, seed }))),
      ),
    ),
  );
}

export const nameOfCase = ({ engine, kind, fault, moment, seed }: FaultCase) =>
  `${engine} ${kind} ${fault} ${moment} ${seed}`;

const person = `answers after 1s
listens
waits 1s
says "I have a question about the bill."
listens
waits 500ms
says "And when is it due?"
listens
says "Thank you, goodbye."
listens
listens
hangs up`;

export interface FaultResult {
  troubles: string[];
  silenceMs: number;
  reason: string | null;
}

export async function proveFault(wanted: FaultCase): Promise<FaultResult> {
  const { engine, kind, fault, moment, seed } = wanted;
  const random = createSeededRandom(seed);
  const call = await startVirtualCall({
    ...{ seed, engines: [engine], person },
    greeting: 'Good morning, this is the clinic, and we call about your visit on Monday.',
    answer: (_said, count) => longAnswer(random, count),
    ears: ['flux'],
    mouths: ['elevenlabs'],
  });
  if (moment === 'greeting') call.box.faults.set(kind, fault);
  else {
    await waitForMoment(call, moment, Math.floor(random.fraction() * 400));
    call.box.faults.set(kind, fault);
  }
  await call.finish(240_000);
  return judge(call, wanted);
}

/** The longest silence while it is the assistant's turn; see longestSilence. */
const mostSilenceMs = 4000;

async function judge(call: VirtualCall, wanted: FaultCase): Promise<FaultResult> {
  const [turns, truth] = [call.record.turns(), call.truth()];
  const silence = longestSilence(turns, truth);
  const { timers, sockets } = await call.leftOver();
  // A voice that starves in the middle of a word leaves it broken.
  const breaks = wanted.kind === 'tts' || wanted.kind === 'agent';
  const isBreak = (text: string) => breaks && /was not heard whole|a piece of a word/u.test(text);
  const troubles = [...compareHeard(turns, truth, { breaks }), ...oddities(truth).filter((text) => !isBreak(text))];
  const ending = call.ending();
  if (truth.endedAtMs === null || !ending) troubles.push(`not over: ${truth.status}, ${JSON.stringify(ending)}`);
  if (ending && !endings.includes(ending.reason)) troubles.push(`ended as ${ending.reason}`);
  if (timers + sockets > 0) troubles.push(`${timers} timers and ${sockets} sockets are left`);
  if (silence.ms > mostSilenceMs) troubles.push(`${silence.ms} ms of silence until ${silence.atMs} ms`);
  return { troubles, silenceMs: silence.ms, reason: ending?.reason ?? null };
}

const endings = ['person_hung_up', 'assistant_failed', 'assistant_hung_up', 'silence'];

/** Waits for the moment, and a little longer. */
async function waitForMoment(call: VirtualCall, moment: Exclude<Moment, 'greeting'>, laterMs: number) {
  const hasCome = () => {
    const turns = call.record.turns();
    const [first] = turns;
    if (moment === 'listening') return first?.ended_at !== null && first !== undefined;
    const answer = turns.findIndex(({ speaker }) => speaker === 'person');
    if (moment === 'thinking') return answer >= 0;
    return answer >= 0 && turns[answer + 1]?.speaker === 'assistant';
  };
  await call.time.run(60_000, () => hasCome() || call.truth().endedAtMs !== null);
  // While it thinks there is little time.
  await call.time.run(moment === 'speaking' ? 300 + laterMs * 4 : moment === 'thinking' ? laterMs / 2 : laterMs);
}
