import { Webhook } from 'standardwebhooks';
import { expect, it, vi } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { insertEvents } from '../store/events.ts';
import { everyone } from '../store/reach.ts';
import { replayDeliveries, replayDelivery } from '../store/webhook-deliveries.ts';
import { updateWebhook } from '../store/webhooks.ts';
import { mostFailingMs, pausesMs } from './after-try.ts';
import { openPost, secret } from './testing/open-post.ts';

const until = vi.waitFor;

describeOnBothDatabases('webhooks', (openFresh) => {
  it('are owed an event from the moment it is stored, each of those that want it, once', async () => {
    const store = await openFresh();
    const post = openPost(store);
    await post.addWebhook('webhook_all');
    await post.addWebhook('webhook_ended', { event_types: ['call.ended'] });
    await post.addWebhook('webhook_calls', { event_types: ['call.*'], client_id: 'client_1' });
    await post.addWebhook('webhook_other', { client_id: 'client_2' });
    await post.addWebhook('webhook_off', { is_enabled: false });
    const ended = post.newEvent('call.ended', { client_id: 'client_1', key: 'same' });
    const queued = post.newEvent('campaign.completed', { client_id: 'client_1' });
    const undone = store.transaction(async (tx) => {
      await insertEvents(tx, [post.newEvent('call.ended')]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await insertEvents(store.db, [ended, queued])).toHaveLength(2);
    expect(await insertEvents(store.db, [{ ...ended, id: 'event_again' }])).toEqual([]);
    const owed = (await post.deliveries()).map(({ webhook_id, event_id }) => `${webhook_id} ${event_id}`).sort();
    expect(owed).toEqual(
      [
        `webhook_all ${ended.id}`,
        `webhook_all ${queued.id}`,
        `webhook_calls ${ended.id}`,
        `webhook_ended ${ended.id}`,
      ].sort(),
    );
  });

  it('get it signed, with the same id however often it takes', async () => {
    const post = openPost(await openFresh());
    await post.addWebhook('webhook_1');
    post.answers.set('https://webhook_1/', () => (post.received.length === 1 ? 500 : 204));
    const delivery = post.createDelivery();
    delivery.start();
    const event = post.newEvent('call.ended');
    await post.tell(event);
    await until(async () => expect((await post.deliveries())[0]).toMatchObject({ status: 'waiting', tries: 1 }));
    expect((await post.deliveries())[0]?.log).toMatchObject([{ status: 500, answer: 'answer 500' }]);
    expect((await post.webhook('webhook_1')).failing_since).toEqual(post.now());
    await until(() => {
      post.clock.advance(2000);
      expect(post.received).toHaveLength(2);
    });
    await until(async () => expect((await post.deliveries())[0]).toMatchObject({ status: 'delivered', tries: 2 }));
    await until(async () => expect((await post.webhook('webhook_1')).failing_since).toBeNull());
    for (const { headers = {}, body = '' } of post.received) {
      expect(headers['webhook-id']).toBe(event.id);
      // The time is the test's own, so the signature is made again by the verifier's own code.
      const at = new Date(Number(headers['webhook-timestamp']) * 1000);
      expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(event.id, at, body));
      expect(JSON.parse(body)).toEqual({
        ...{ type: 'call.ended', timestamp: (event.at as Date).toISOString() },
        data: { a: 1, call_id: null },
      });
    }
    await delivery.stop();
  });

  it('are tried by the schedule and then no more, and can be asked again', async () => {
    const store = await openFresh();
    const post = openPost(store);
    await post.addWebhook('webhook_1');
    post.answers.set('https://webhook_1/', () => 503);
    const delivery = post.createDelivery();
    await post.tell(post.newEvent('call.ended'));
    delivery.start();
    for (const [index, pauseMs] of pausesMs.entries()) {
      await until(async () => expect((await post.deliveries())[0]?.tries).toBe(index + 1));
      const waitsMs = ((await post.deliveries())[0]?.next_try_at?.getTime() ?? 0) - post.clock.now();
      expect(Math.abs(waitsMs - pauseMs)).toBeLessThanOrEqual(pauseMs * 0.2);
      post.clock.advance(waitsMs);
      delivery.look();
    }
    await until(async () =>
      expect((await post.deliveries())[0]).toMatchObject({ status: 'failed', next_try_at: null }),
    );
    expect(post.received).toHaveLength(8);
    post.answers.clear();
    const { webhook_id: webhookId, event_id: eventId } = (await post.deliveries())[0] ?? {
      webhook_id: '',
      event_id: '',
    };
    await replayDelivery(store.db, { webhookId, eventId, now: post.now() });
    delivery.look();
    await until(async () => expect((await post.deliveries())[0]).toMatchObject({ status: 'delivered', tries: 1 }));
    await delivery.stop();
  });

  it('that hang delay no other', async () => {
    const post = openPost(await openFresh());
    await post.addWebhook('webhook_bad');
    await post.addWebhook('webhook_good');
    post.answers.set('https://webhook_bad/', () => null);
    const delivery = post.createDelivery();
    delivery.start();
    for (let count = 0; count < 40; count += 1) await post.tell(post.newEvent('call.ended'));
    const gotBy = (id: string) => post.received.filter(({ url }) => url === `https://${id}/`).length;
    await until(() => expect(gotBy('webhook_good')).toBe(40), 20_000);
    expect(gotBy('webhook_bad')).toBeLessThanOrEqual(8);
    const asked = gotBy('webhook_bad');
    post.clock.advance(15_000);
    await until(async () => expect((await post.webhook('webhook_bad')).failing_since).not.toBeNull());
    await until(() => expect(gotBy('webhook_bad')).toBeGreaterThan(asked));
    // Now that it is known to be bad, one at a time.
    expect(gotBy('webhook_bad')).toBe(asked + 1);
    let isStopped = false;
    void delivery.stop().then(() => {
      isStopped = true;
    });
    await until(() => {
      post.clock.advance(2000);
      expect(isStopped).toBe(true);
    });
    // What the stopping server broke off is still owed.
    expect((await post.deliveries()).filter(({ status }) => status === 'waiting')).toHaveLength(40);
  });

  it('get each event once from several servers, and what a killed one had claimed from another', async () => {
    const store = await openFresh();
    const post = openPost(store);
    await post.addWebhook('webhook_1');
    post.answers.set('https://webhook_1/', () => null);
    const killed = post.createDelivery();
    killed.start();
    await post.tell(post.newEvent('call.ended'));
    await until(() => expect(post.received).toHaveLength(1));
    post.answers.clear();
    const others = [post.createDelivery(), post.createDelivery()];
    for (const each of others) each.start();
    await Promise.all(Array.from({ length: 30 }, () => post.tell(post.newEvent('call.ended'))));
    await until(async () => {
      const done = (await post.deliveries()).filter(({ status }) => status === 'delivered');
      expect(done).toHaveLength(30);
    }, 20_000);
    const ids = post.received.map(({ headers }) => headers?.['webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([31, 31]);
    // A killed server says nothing: its claim just runs out.
    await store.db.updateTable('webhook_deliveries').set({ claims: 2 }).where('status', '=', 'waiting').execute();
    post.clock.advance(60_000);
    await until(async () => {
      expect((await post.deliveries()).every(({ status }) => status === 'delivered')).toBe(true);
    });
    expect(post.received).toHaveLength(32);
    for (const each of [killed, ...others]) await each.stop();
  });

  it.each([
    ['failing', 500, mostFailingMs],
    ['gone', 410, 0],
  ])('that are %s are switched off, which is told and written down', async (reason, status, afterMs) => {
    const store = await openFresh();
    const post = openPost(store);
    await post.addWebhook('webhook_bad', { client_id: 'client_1' });
    await post.addWebhook('webhook_good');
    post.answers.set('https://webhook_bad/', () => status);
    const delivery = post.createDelivery();
    delivery.start();
    await post.tell(post.newEvent('call.ended', { client_id: 'client_1' }));
    if (afterMs > 0) {
      await until(async () => expect((await post.webhook('webhook_bad')).failing_since).not.toBeNull());
      post.clock.advance(afterMs);
    }
    await until(async () => {
      expect(await post.webhook('webhook_bad')).toMatchObject({ is_enabled: false, disabled_reason: reason });
    });
    await until(() => expect(post.received.at(-1)?.body).toContain('webhook.disabled'));
    expect(post.received.at(-1)?.url).toBe('https://webhook_good/');
    const audit = await store.db.selectFrom('audit_log').selectAll().execute();
    expect(audit).toMatchObject([{ action: 'webhook.disabled', subject_id: 'webhook_bad', client_id: 'client_1' }]);
    const owed = (await post.deliveries()).filter(({ webhook_id }) => webhook_id === 'webhook_bad');
    expect(owed.every(({ next_try_at: next }) => next === null)).toBe(true);
    await delivery.stop();
  });

  it('that were off get what they missed when it is asked for', async () => {
    const store = await openFresh();
    const post = openPost(store);
    await post.addWebhook('webhook_1', { event_types: ['call.*'], client_id: 'client_1', is_enabled: false });
    const after = post.now();
    await post.tell(post.newEvent('call.ended', { client_id: 'client_1' }));
    await post.tell(post.newEvent('call.ended', { client_id: 'client_2' }));
    await post.tell(post.newEvent('campaign.completed', { client_id: 'client_1' }));
    const webhook = await updateWebhook(store.db, everyone, { id: 'webhook_1', changes: { is_enabled: true } });
    if (!webhook) throw new Error('no webhook');
    const range = { webhook, now: post.now(), after, before: new Date(post.clock.now() + 1) };
    expect(await replayDeliveries(store.db, { ...range, onlyMissed: true })).toBe(1);
    const delivery = post.createDelivery();
    delivery.start();
    await until(async () => expect(await post.deliveries()).toMatchObject([{ status: 'delivered' }]));
    expect(await replayDeliveries(store.db, { ...range, onlyMissed: true })).toBe(0);
    expect(await replayDeliveries(store.db, { ...range, onlyMissed: false })).toBe(1);
    delivery.look();
    await until(() => expect(post.received).toHaveLength(2));
    await delivery.stop();
  });
});
