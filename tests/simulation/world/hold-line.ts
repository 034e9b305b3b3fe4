/** What the carrier does with a call that was answered: asks us, connects it to a socket, and asks again afterwards. */
import type { Random } from '../../../src/base/random.ts';
import type { TurnEnding } from '../../../src/call/converse/turn/turn-state.ts';
import { type Callbacks, publicUrl } from './callbacks.ts';
import type { CarrierLine } from './carrier-line.ts';
import type { NodeSession, SimulatedNode } from './node.ts';
import type { Scheduler } from './scheduler.ts';
import type { Swarm } from './swarm.ts';
import type { Truth } from './truth.ts';

export interface HoldParts {
  scheduler: Scheduler;
  truth: Truth;
  random: Random;
  callbacks: Callbacks;
  swarm(): Swarm;
  /** A node that takes requests now; null when none is up. */
  pickNode(): SimulatedNode | null;
}

const relay = /<ConversationRelay[^>]* url="wss:\/\/[^/]+\/relay\/([^/"]+)\/([^/"]+)"/;
const action = /<Connect[^>]* action="([^"]+)"/;

/** The open sockets by the carrier's call. */
export type OpenSessions = Map<string, NodeSession>;

export async function holdLine(parts: HoldParts, line: CarrierLine, open: OpenSessions): Promise<void> {
  let markup = await parts.callbacks.ask(line, line.order.url, { CallStatus: 'in-progress' });
  while (line.true.endedAtMs === null) {
    const [, callId, token] = relay.exec(markup ?? '') ?? [];
    const [, after] = action.exec(markup ?? '') ?? [];
    if (callId === undefined || token === undefined || after === undefined) return line.end('completed');
    const session = await converse({ ...parts, open }, line, { callId: decodeURIComponent(callId), token });
    open.delete(line.true.carrierSid);
    const url = new URL(after.replaceAll('&amp;', '&'), publicUrl).href;
    const isOver = line.true.endedAtMs !== null;
    const status = isOver ? 'completed' : session === 'ended' ? 'ended' : 'failed';
    markup = await parts.callbacks.ask(line, url, { SessionStatus: status });
  }
}

async function converse(
  parts: HoldParts & { open: OpenSessions },
  line: CarrierLine,
  claim: { callId: string; token: string },
): Promise<'ended' | 'broken' | 'refused'> {
  const { scheduler, random, truth, swarm } = parts;
  const talkMs = 1000 + random.fraction() * 30_000;
  const kind = random.fraction();
  const ending: TurnEnding = { reason: 'assistant_hung_up', by: 'assistant' };
  const node = parts.pickNode();
  const opening = node?.openSession(claim, { ending, talkMs: kind < 0.6 ? talkMs : 600_000 }) ?? Promise.resolve(null);
  const session = await Promise.race([opening, node?.time.whenDead.then(() => null) ?? null]).catch(() => null);
  if (!session) return 'refused';
  parts.open.set(line.true.carrierSid, session);
  if (kind >= 0.6) {
    scheduler.at(talkMs, () => {
      if (line.true.endedAtMs !== null) return;
      if (random.fraction() < swarm().lineBroken) {
        truth.strike('line broken');
        session.close(false);
      } else line.end('completed');
    });
  }
  return await session.whenClosed;
}
