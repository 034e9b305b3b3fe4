import { describe, expect, it } from 'vitest';
import { createVirtualVendors, listen, silence, speech } from './testing/virtual-vendors.ts';
import type { VendorFault } from './vendor.ts';

const flux = 'ws://box.test/deepgram/v2/listen?model=flux-general-en&encoding=mulaw&sample_rate=8000';
const aura = 'ws://box.test/deepgram/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000';
const headers = { Authorization: 'Token any' };

/** A voice that is told to say a sentence while the fault is on. */
async function speakUnder(fault: VendorFault, { setBefore = false } = {}) {
  const box = createVirtualVendors();
  if (setBefore) box.vendors.faults.set('tts', fault);
  const client = box.connect(aura, headers);
  await box.pass(20);
  if (!setBefore) box.vendors.faults.set('tts', fault);
  client.send({ type: 'Speak', text: 'Good morning, this is the clinic.' });
  client.send({ type: 'Flush' });
  return { ...box, client };
}

describe('the faults of simulated vendors', () => {
  it('refuse a handshake as the fault says', async () => {
    const box = createVirtualVendors();
    for (const [fault, status] of [
      ['refused', null],
      ['401', 401],
      ['429', 429],
      ['500', 500],
    ] as const) {
      box.vendors.faults.set('stt', fault);
      const client = box.connect(flux, headers);
      await box.pass(20);
      expect(client.end, fault).toEqual({ code: 1006, reason: '', refusedStatus: status });
    }
    box.vendors.faults.set('stt', 'none');
    const client = box.connect(flux, headers);
    await box.pass(20);
    expect(client.isOpen).toBe(true);
  });

  it('strike one vendor and one kind alone', async () => {
    const box = createVirtualVendors();
    box.vendors.faults.set('stt', '500', 'cartesia');
    box.vendors.faults.set('tts', '500');
    const client = box.connect(flux, headers);
    await box.pass(20);
    expect(client.isOpen).toBe(true);
  });

  it('hold everything back while a vendor is stalled, and let it go in order afterwards', async () => {
    const { client, pass, vendors, clock } = await speakUnder('stall');
    await pass(10_000);
    expect([client.sound.length, client.messages.length]).toEqual([0, 1]);
    expect(clock.pendingTimers).toBe(0);
    vendors.faults.set('tts', 'none');
    await pass(20);
    expect(listen(client.sound)).toMatchObject({ text: 'Good morning, this is the clinic.', troubles: [] });
  });

  it('leave a handshake without an answer while a vendor is stalled', async () => {
    const box = createVirtualVendors();
    box.vendors.faults.set('stt', 'stall');
    const [waiting, leaving] = [box.connect(flux, headers), box.connect(flux, headers)];
    await box.pass(5000);
    expect([waiting.isOpen, waiting.end]).toEqual([false, null]);
    leaving.close();
    await box.pass(20);
    expect(leaving.end).toMatchObject({ code: 1006 });
    box.vendors.faults.set('stt', 'none');
    await box.pass(20);
    expect(waiting.isOpen).toBe(true);
    expect(box.vendors.sessions()).toHaveLength(1);
  });

  it('make everything arrive late', async () => {
    const { client, pass } = await speakUnder('slow-first-byte');
    await pass(3060);
    expect(client.sound).toHaveLength(0);
    await pass(100);
    expect(client.sound.length).toBeGreaterThan(0);
  });

  it('let sound drip more slowly than it sounds', async () => {
    const { client, pass } = await speakUnder('drip');
    await pass(2100);
    expect(client.sound.length).toBeGreaterThan(0);
    expect(client.sound.length).toBeLessThan(2100 * 8 * 0.6);
  });

  it('spoil every message', async () => {
    const { client, pass } = await speakUnder('bad-json');
    await pass(500);
    expect(client.sound).toHaveLength(0);
    expect(client.messages.at(-1)?.text).toMatch(/^\{"type"/u);
  });

  it('close sessions that are open, and new ones once they are', async () => {
    const open = await speakUnder('close');
    await open.pass(20);
    expect(open.client.end).toMatchObject({ code: 1011 });
    const fresh = await speakUnder('close', { setBefore: true });
    await fresh.pass(20);
    expect(fresh.client.end).toMatchObject({ code: 1011, refusedStatus: null });
    expect([open.clock.pendingTimers, fresh.clock.pendingTimers]).toEqual([0, 0]);
  });

  it('send five megabytes once, then go on', async () => {
    const { client, pass } = await speakUnder('huge-message');
    await pass(1000);
    const huge = client.all('huge');
    expect(huge).toHaveLength(1);
    expect(String(huge[0]?.padding)).toHaveLength(5 * 1024 * 1024);
    expect(listen(client.sound).text).toBe('Good morning, this is the clinic.');
  });

  it('strike recognizers that are open, too', async () => {
    const box = createVirtualVendors();
    const client = box.connect(flux, headers);
    await box.pass(20);
    box.vendors.faults.set('stt', 'stall');
    await box.hear(client, Buffer.concat([speech('Hello there.'), silence(1000)]));
    expect(client.messages).toHaveLength(1);
    client.close();
    await box.pass(20);
    expect(box.clock.pendingTimers).toBe(0);
  });

  describe('on HTTP answers', () => {
    const url = 'http://box.test/openai/v1/audio/speech';
    const body = JSON.stringify({ input: 'Hello there.', model: 'tts-1', voice: 'nova', response_format: 'pcm' });
    function ask(fault: VendorFault, signal?: AbortSignal) {
      const box = createVirtualVendors();
      box.vendors.faults.set('tts', fault);
      const answer = box.vendors.fetch(url, {
        ...{ method: 'POST', body, headers: { Authorization: 'Bearer any' } },
        ...(signal ? { signal } : {}),
      });
      let bytes = 0;
      const read = (async () => {
        for await (const piece of (await answer).body ?? []) bytes += piece.length;
      })();
      read.catch(() => {});
      return { ...box, answer, read, bytes: () => bytes };
    }

    it('are refusals in the vendor’s words', async () => {
      for (const fault of ['401', '429', '500'] as const) {
        const response = await ask(fault).answer.catch(() => null);
        expect(response?.status).toBe(Number(fault));
      }
      await expect(ask('refused').answer).rejects.toThrow('fetch failed');
    });

    it('can be waited for in vain, until one gives up', async () => {
      const leaving = new AbortController();
      const { answer, pass, clock } = ask('stall', leaving.signal);
      await pass(10_000);
      leaving.abort();
      await expect(answer).rejects.toThrow('aborted');
      expect(clock.pendingTimers).toBe(0);
    });

    it('come late, drip, break off, are garbled or far too long', async () => {
      const late = ask('slow-first-byte');
      await late.pass(3040);
      expect(late.bytes()).toBe(0);
      await late.pass(1000);
      await late.read;
      const whole = late.bytes();
      expect(whole).toBeGreaterThan(8000);

      const drip = ask('drip');
      await drip.pass(2000);
      expect(drip.bytes()).toBeGreaterThan(0);
      expect(drip.bytes()).toBeLessThanOrEqual(5 * 1600);

      const cut = ask('close');
      await cut.pass(1000);
      await expect(cut.read).rejects.toThrow('broke its answer off');
      expect(cut.bytes()).toBeLessThan(whole);

      const garbled = ask('bad-json');
      await garbled.pass(1000);
      await garbled.read;
      expect(garbled.bytes()).toBeLessThan(100);

      const huge = ask('huge-message');
      await huge.pass(1000);
      await huge.read;
      expect(huge.bytes()).toBeGreaterThan(5 * 1024 * 1024);
    });
  });
});
