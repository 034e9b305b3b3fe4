/** Who asks for calls, and who changes the rules meanwhile: at random times, against random nodes. */
import { defaultAssistant } from '../../../src/assistant/assistant.ts';
import type { Random } from '../../../src/base/random.ts';
import type { CallRequest } from '../../../src/call/place-call.ts';
import { insertClient, updateClient } from '../../../src/store/clients.ts';
import { addToDoNotCall } from '../../../src/store/do-not-call.ts';
import type { Store } from '../../../src/store/open-store.ts';
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
}

export interface People {
  /** Settles when the clients are there. */
  prepared: Promise<void>;
  /** Whether nobody will ask or change anything any more. */
  isDone(): boolean;
}

export function startPeople(parts: PeopleParts): People {
  const { scheduler, random, swarm } = parts;
  let left = swarm.jobs + swarm.edits;
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
  return { prepared: prepare(parts), isDone: () => left === 0 };
}

const clientId = (number: number) => `client_${number}`;
const personAt = (number: number) => `+1212555${String(1000 + number).padStart(4, '0')}`;
const pick = (random: Random, count: number) => Math.floor(random.fraction() * count);

async function prepare({ store, swarm, scheduler }: PeopleParts): Promise<void> {
  const at = new Date(scheduler.nowMs());
  for (let number = 1; number < swarm.clients; number += 1) {
    await insertClient(store.db, {
      ...{ id: clientId(number), name: `Client ${number}`, status: 'Active', twilio_phone_number: null },
      ...{ elevenlabs_agent_id: null, profile: '{}', limits: '{}', created_at: at, updated_at: at, removed_at: null },
    });
  }
}

/** Clocks of nodes agree to a few seconds. */
const furthestJumpMs = 5000;

/** One job, by a form that waits for the carrier or by one that does not. */
async function ask({ random, swarm, pickNode, accepted, truth, ownNumber }: PeopleParts, job: number): Promise<void> {
  const client = pick(random, swarm.clients);
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
    instructions: (callId) => ({ path: `/twiml?callId=${callId}` }),
  };
  const waits = random.fraction() < 0.3;
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

async function change(parts: PeopleParts): Promise<void> {
  const { random, swarm, store, truth, scheduler, accepted, pickNode } = parts;
  const at = new Date(scheduler.nowMs());
  const kind = pick(random, 4);
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
    pickNode()?.time.jump((random.fraction() - 0.5) * 2 * furthestJumpMs);
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
