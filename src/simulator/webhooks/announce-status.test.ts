import { describe, expect, it } from 'vitest';
import type { Faults } from '../faults.ts';
import { createVirtualNetwork, noContent, twiml } from '../testing/virtual-network.ts';

async function statusesWith(plan: NonNullable<Faults['statusCallbacks']>) {
  const received: { status: string; atMs: number; token: string | undefined }[] = [];
  const virtual = createVirtualNetwork(
    {
      webhook({ url, body, headers }) {
        if (url.includes('/voice')) return twiml('<Pause length="10"/>');
        const status = new URLSearchParams(body).get('CallStatus') ?? '';
        received.push({ status, atMs: virtual.clock.monotonicMs(), token: headers['i-twilio-idempotency-token'] });
        return noContent;
      },
    },
    'answers after 2s\nstays silent',
    { faults: { statusCallbacks: plan } },
  );
  await virtual.call();
  await virtual.pass(40_000);
  return { received, order: received.map(({ status }) => status) };
}

describe('a planned fault of status callbacks', () => {
  it('drops the ones it names', async () => {
    const { order } = await statusesWith({ script: [{ type: 'none' }, { type: 'drop' }] });
    expect(order).toEqual(['initiated', 'in-progress', 'completed']);
  });

  it('sends one twice with the same idempotency token', async () => {
    const { received, order } = await statusesWith({ script: [{ type: 'duplicate', afterMs: 500 }] });
    expect(order).toEqual(['initiated', 'initiated', 'ringing', 'in-progress', 'completed']);
    expect(received[0]!.token).toBe(received[1]!.token);
    expect(received[1]!.token).not.toBe(received[2]!.token);
  });

  it('lets the next one overtake', async () => {
    const { order } = await statusesWith({ script: [{ type: 'reorder' }] });
    expect(order).toEqual(['ringing', 'initiated', 'in-progress', 'completed']);
  });

  it('delays one for as long as it says', async () => {
    const { received, order } = await statusesWith({ script: [{ type: 'delay', ms: 20_000 }] });
    expect(order).toEqual(['ringing', 'in-progress', 'completed', 'initiated']);
    expect(received.at(-1)!.atMs).toBe(20_000);
  });

  it('strikes by chance, the same way for the same seed', async () => {
    const plan = { chances: [{ probability: 0.5, fault: { type: 'drop' as const } }] };
    const first = await statusesWith(plan);
    expect(first.order.length).toBeLessThan(4);
    expect((await statusesWith(plan)).order).toEqual(first.order);
  });
});
