/** Who asks for calls, and who changes the rules meanwhile: at random times, against random nodes. */
import { defaultAssistant } from '../../../src/assistant/assistant.ts';
import type { Random } from '../../../src/base/random.ts';
import type { Schedule } from '../../../src/call/dial/schedule.ts';
import type { CallRequest } from '../../../src/call/place-call.ts';
import { CampaignRefused } from '../../../src/campaign/change-campaign.ts';
import { insertClient, updateClient } from '../../../src/store/clients.ts';
import { addToDoNotCall } from '../../../src/store/do-not-call.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { changeCampaignOn, prepareCampaign } from './campaign-in-charge.ts';
import { prepareDesk } from './desk.ts';
import type { SimulatedNode } from './node.ts';
import type { Scheduler } from './scheduler.ts';
import type { Swarm } from './swarm.ts';
import type { Truth } from './truth.ts';

export interface PeopleParts {
  scheduler: Scheduler;
  truth: Truth;
  random: Random;
  swarm: Swarm;
  /** Of the simulation's own hand, without faults. */
  store: Store;
  pickNode(): SimulatedNode | null;
  accepted: Set<string>;
  ownNumber: string;
  callIn(ends: { from: string; to: string }): void;
}

export interface People {
  /** Settles when the clients are there. */
  prepared: Promise<void>;
  /** Whether nobody will ask or change anything any more. */
  isDone(): boolean;
}

export function startPeople(parts: PeopleParts): People {
  const { scheduler, random, swarm } = parts;
  const starts = swarm.contacts > 0 ? 1 : 0;
  let left = swarm.jobs + swarm.edits + swarm.incoming + starts;
  const soon = (work: () => Promise<void>) =>
    scheduler.at(random.fraction() * swarm.arrivalMs, () => {
      void work()
        .catch(() => {})
        .finally(() => {
          left -= 1;
        });
    });
  for (let job = 0; job < swarm.jobs; job += 1) soon(() => ask(parts, job));
  for (let edit = 0; edit < swarm.edits; edit += 1) soon(() => change(parts));
  if (starts > 0) soon(() => startCampaign(parts));
  for (let call = 0; call < swarm.incoming; call += 1) soon(() => callIn(parts));
  return { prepared: prepare(parts), isDone: () => left === 0 };
}

const clientId = (number: number) => `client_${number}`;
const personAt = (number: number) => `+1212555${String(1000 + number).padStart(4, '0')}`;
const pick = (random: Random, count: number) => Math.floor(random.fraction() * count);

async function callIn({ callIn: dial, random, swarm, ownNumber, truth }: PeopleParts): Promise<void> {
  truth.strike('call came in');
  dial({ from: personAt(pick(random, swarm.people)), to: ownNumber });
}

async function prepare({ store, swarm, scheduler, ownNumber }: PeopleParts): Promise<void> {
  const at = new Date(scheduler.nowMs());
  if (swarm.incoming > 0) await prepareDesk(store, { ownNumber, at });
  const numbers = Array.from({ length: swarm.contacts }, (_, number) => personAt(number));
  if (numbers.length > 0) await prepareCampaign(store, numbers, scheduler.nowMs());
  for (let number = 1; number < swarm.clients; number += 1) {
    await insertClient(store.db, {
      ...{ id: clientId(number), name: `Client ${number}`, status: 'Active', twilio_phone_number: null },
      ...{ elevenlabs_agent_id: null, profile: '{}', limits: '{}', created_at: at, updated_at: at, removed_at: null },
    });
  }
}

/** Asked again until a node has done it: a campaign that never began would prove nothing. */
async function startCampaign({ truth, pickNode, scheduler }: PeopleParts): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const node = pickNode();
    const isDone =
      node !== null &&
      (await Promise.race([
        changeCampaignOn(node, { type: 'start' }).then(
          () => true,
          (error: unknown) => error instanceof CampaignRefused,
        ),
        node.time.whenDead.then(() => false),
      ]));
    truth.note('campaign started', String(isDone));
    if (isDone) return;
    await new Promise<void>((resolve) => scheduler.at(1000, resolve));
  }
}

/** One job, by a form that waits for the carrier or by one that does not. */
async function ask(
  { random, swarm, pickNode, accepted, truth, ownNumber, scheduler }: PeopleParts,
  job: number,
): Promise<void> {
  const client = pick(random, swarm.clients);
  const schedule = drawSchedule(random, swarm, scheduler.nowMs());
  const request: CallRequest = {
    dialect: 'v1',
    clientId: client === 0 ? null : clientId(client),
    requestId: `req_${job}`,
    to: personAt(pick(random, swarm.people)),
    from: ownNumber,
    assistant: { ...defaultAssistant, ring_seconds: 5 + pick(random, 25), max_duration_seconds: 15 + pick(random, 60) },
    assistantRef: null,
    parameters: {},
    engine: 'relay',
    schedule,
    retry: random.fraction() < swarm.retried ? retry : null,
    instructions: (callId) => ({ path: `/twiml?callId=${callId}` }),
  };
  // Who schedules a call does not wait for it.
  const waits = random.fraction() < 0.3 && schedule === null;
  const node = pickNode();
  if (!node) return;
  const place = waits ? node.work.place(request) : node.work.control.queueCall(request);
  try {
    const call = await Promise.race([place, node.time.whenDead]);
    if (!call) return;
    accepted.add(call.id);
    truth.note('accepted', call.id, waits ? 'placed' : 'queued');
  } catch (error) {
    truth.note('not accepted', (error as Error).message);
  }
}

const retry = { max_attempts: 3, after_seconds: { busy: 60, no_answer: 60, failed: 60 } };
const longestAheadMs = 120_000;

function drawSchedule(random: Random, { scheduled }: Swarm, nowMs: number): Schedule | null {
  if (random.fraction() >= scheduled) return null;
  const atMs = nowMs + random.fraction() * longestAheadMs;
  const notAfter = random.fraction() < 0.3 ? { atMs: atMs + 60_000 } : null;
  return { notBefore: { atMs }, notAfter, window: null, timezone: 'recipient' };
}

async function change(parts: PeopleParts): Promise<void> {
  const { random, swarm, store, truth, scheduler, accepted, pickNode } = parts;
  const at = new Date(scheduler.nowMs());
  const kind = pick(random, swarm.contacts > 0 ? 5 : 4);
  if (kind === 4) return holdCampaign(parts);
  if (kind === 0) {
    const number = personAt(pick(random, swarm.people));
    const client = pick(random, swarm.clients);
    truth.note('must not be called', number);
    truth.strike('do-not-call added');
    const list = client === 0 ? '' : clientId(client);
    return addToDoNotCall(store.db, { client_id: list, number, reason: 'asked', call_id: null, created_at: at });
  }
  if (kind === 1 && swarm.clients > 1) {
    const id = clientId(1 + pick(random, swarm.clients - 1));
    const status = random.fraction() < 0.5 ? 'Suspended' : 'Active';
    truth.note('client', id, status);
    truth.strike('client suspended or back');
    return updateClient(store.db, id, { status, updated_at: at });
  }
  if (kind === 2 && swarm.clockJump > random.fraction()) {
    truth.strike('clock jump');
    pickNode()?.time.jump((random.fraction() - 0.5) * 2 * swarm.furthestJumpMs);
    return;
  }
  const chosen = [...accepted][pick(random, accepted.size)];
  const node = pickNode();
  if (chosen === undefined || !node) return;
  truth.note('cancelled', chosen);
  truth.strike('cancelled');
  const ending = { reason: 'canceled', by: 'request', fault: null } as const;
  await Promise.race([node.work.control.runner.apply(chosen, { type: 'cancel', ending }), node.time.whenDead]);
}

/** Held for a while, or called off; whoever holds it lets it go on. */
async function holdCampaign({ random, truth, pickNode, scheduler }: PeopleParts): Promise<void> {
  const talking = random.fraction() < 0.5 ? ('finish' as const) : ('hang_up' as const);
  const cancels = random.fraction() < 0.3;
  const node = pickNode();
  if (!node) return;
  truth.strike(cancels ? 'campaign canceled' : 'campaign paused');
  const action = cancels ? ({ type: 'cancel', talking } as const) : ({ type: 'pause' } as const);
  await Promise.race([changeCampaignOn(node, action), node.time.whenDead]);
  if (cancels) return;
  await new Promise<void>((resolve) => scheduler.at(5000, resolve));
  const other = pickNode();
  if (other) await Promise.race([changeCampaignOn(other, { type: 'resume' }), other.time.whenDead]);
}
