import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { CarrierRefused } from '../ports/carrier.ts';
import type { Store } from '../store/open-store.ts';
import { urgencyNow, whileAwaited } from '../store/urgency.ts';
import { placeCall, queueCall } from './place-call.ts';
import { openRoom, type Room, request, until } from './testing/open-room.ts';

describeOnBothDatabases('dialling what waits', (openFresh) => {
  const queue = (room: Room, to: string) => queueCall(room, { ...request, to });
  const statusOf = async (room: Room, id: string) => (await room.find(id)).status;

  it('asks the carrier for each call once, however many nodes take turns', async () => {
    const store = await openFresh();
    const one = openRoom(store);
    const nodes = [one, openRoom(store, {}, { beside: one }), openRoom(store, {}, { beside: one })];
    const numbers = Array.from({ length: 24 }, (_, index) => `+1555${4_000_000 + index}`);
    await Promise.all(numbers.map((to, index) => queue(nodes[index % nodes.length] ?? one, to)));
    for (const node of nodes) node.dispatcher.wake();
    await until(() => one.carrier.orders.length >= numbers.length);
    await Promise.all(nodes.map((node) => node.runner.idle()));
    expect(one.carrier.orders.map(({ to }) => to).sort()).toEqual(numbers);
  });

  it('keeps a second call to a number in its place until the first is over', async () => {
    const room = openRoom(await openFresh());
    const first = await room.place({ to: '+15550111' });
    const second = await queue(room, '+15550111');
    const other = await queue(room, '+15550112');
    await until(async () => (await statusOf(room, other.id)) === 'dialing');
    expect(await room.find(second.id)).toMatchObject({ status: 'queued', fence: null });
    await room.tell(first, 'busy');
    room.dispatcher.wake();
    await until(async () => (await statusOf(room, second.id)) === 'dialing');
  });

  it('dials in the background what a request has asked for, while that is not answered', async () => {
    const store = await openFresh();
    const seen: string[] = [];
    const watching: Store = {
      ...store,
      async transaction(work) {
        const urgency = urgencyNow();
        const result = await store.transaction(work);
        if (typeof result === 'object' && result !== null && 'againAtMs' in result) seen.push(urgency);
        return result;
      },
    };
    const room = openRoom(watching);
    const call = await whileAwaited('request', async () => {
      const queued = await queue(room, '+15550121');
      await until(() => room.carrier.orders.length === 1);
      return queued;
    });
    expect((await room.find(call.id)).dialing_at).not.toBeNull();
    expect([...new Set(seen)]).toEqual(['background']);
  });

  /** After its commit, the process of this room stands still for so long. */
  const standingStill = (store: Store, ms: number, clock: { advance(ms: number): void }): Store => ({
    ...store,
    async transaction(work) {
      const result = await store.transaction(work);
      if (typeof result === 'object' && result !== null && 'againAtMs' in result) clock.advance(ms);
      return result;
    },
  });

  it('sends nothing for a call that it took before it stood still, and dials it later', async () => {
    const store = await openFresh();
    const awake = openRoom(store);
    const asleep = openRoom(standingStill(store, 60_000, awake.clock), {}, { beside: awake });
    const call = await queue(asleep, '+15550113');
    await until(async () => (await awake.store.db.selectFrom('call_log').selectAll().execute()).length === 2);
    await asleep.runner.idle();
    await asleep.dispatcher.stop();
    expect(awake.carrier.orders).toEqual([]);
    expect(await awake.find(call.id)).toMatchObject({ status: 'queued', dialing_at: null });
    awake.dispatcher.wake();
    await until(async () => (await awake.find(call.id)).carrier_sid !== null);
    expect(awake.carrier.orders).toHaveLength(1);
  });

  it('keeps the place of a call that the carrier had no room for, and pauses before it asks again', async () => {
    const room = openRoom(await openFresh());
    const { placeCall: accept } = room.carrier;
    room.carrier.placeCall = async () => {
      throw new CarrierRefused('too many', { code: 20429, httpStatus: 429, kind: 'throttled', retryAfterSeconds: 3 });
    };
    const call = await queue(room, '+15550114');
    await until(async () => (await room.find(call.id)).revision === 2);
    await room.runner.idle();
    expect(await room.find(call.id)).toMatchObject({ status: 'queued', due_at: call.created_at, fence: null });
    const busy = placeCall(room, { ...request, to: '+15550115' });
    await expect(busy).rejects.toMatchObject({ code: 'dial/carrier-unavailable', retryAfterSeconds: 3 });
    room.carrier.placeCall = accept;
    room.clock.advance(3000);
    room.dispatcher.wake();
    await until(async () => (await room.find(call.id)).carrier_sid !== null);
    expect(room.carrier.orders).toHaveLength(1);
  });

  it('knows a call whose phone is picked up before the carrier has answered our request', async () => {
    const room = openRoom(await openFresh());
    room.carrier.placing = 'lost-answer';
    const call = await queue(room, '+15550118');
    await until(async () => (await room.find(call.id)).revision === 2);
    await room.runner.idle();
    const { from } = request;
    const asked = { type: 'instructions-wanted', direction: 'outbound', to: '+15550118', from } as const;
    const answer = await room.hear({ ...asked, carrierSid: 'CA-early', query: new URLSearchParams() });
    expect(answer.type).toBe('converse-by-relay');
    expect(await room.find(call.id)).toMatchObject({ carrier_sid: 'CA-early', status: 'in_progress' });
  });

  it('hangs up on a stray call of one that was given up, however often it asks what to do', async () => {
    const room = openRoom(await openFresh());
    const call = await room.place({ to: '+15550116' });
    await room.tell(call, 'failed');
    const stray = { id: call.id, carrierSid: 'CA-stray' };
    for (let asks = 0; asks < 3; asks += 1) expect(await room.askInstructions(stray)).toEqual({ type: 'hang-up' });
    await room.runner.idle();
    expect(room.carrier.ended).toContain('CA-stray');
  });

  it('hangs up on a second call of the carrier for one that is live', async () => {
    const room = openRoom(await openFresh());
    const call = await room.place({ to: '+15550117' });
    expect(await room.askInstructions({ id: call.id, carrierSid: 'CA-second' })).toEqual({ type: 'hang-up' });
    expect((await room.find(call.id)).sessions_offered).toBe(0);
  });
});
