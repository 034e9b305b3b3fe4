import { describe, expect, it } from 'vitest';
import { createVirtualVendors, listen } from '../testing/virtual-vendors.ts';

const base = 'wss://api.deepgram.com/v1/speak';
const usual = 'model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000';
const headers = { Authorization: 'Token any' };

async function open(query = usual) {
  const box = createVirtualVendors();
  const client = box.connect(`${base}?${query}`, headers);
  await box.pass(20);
  return { ...box, client };
}

describe('simulated Deepgram Aura', () => {
  it('speaks what was flushed, and says when it has', async () => {
    const { client, pass } = await open();
    client.send({ type: 'Speak', text: 'Good morning. ' });
    client.send({ type: 'Speak', text: 'How are you?' });
    await pass(1000);
    expect(client.sound).toHaveLength(0);
    client.send({ type: 'Flush' });
    await pass(60);
    expect(client.sound).toHaveLength(0);
    await pass(1000);
    expect(client.messages).toMatchObject([
      { type: 'Metadata', model_name: 'aura-2-thalia-en', request_id: expect.any(String) as unknown },
      { type: 'Flushed', sequence_id: 0 },
    ]);
    expect(listen(client.sound)).toMatchObject({ text: 'Good morning. How are you?', troubles: [] });
  });

  it('sends sound faster than it sounds, but not at once', async () => {
    const { client, pass } = await open();
    client.send({ type: 'Speak', text: 'This is a sentence that takes a few seconds to say at the usual pace.' });
    client.send({ type: 'Flush' });
    await pass(200);
    const early = client.sound.length;
    await pass(2000);
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(client.sound.length / 2);
    expect(client.sound.length).toBeGreaterThan(3 * 8000);
  });

  it('lets sound that is on its way arrive before Cleared, and none after it', async () => {
    const { client, pass } = await open();
    client.send({ type: 'Speak', text: 'This is a long story that nobody wants to hear to its end.' });
    client.send({ type: 'Flush' });
    await pass(120);
    const before = client.sound.length;
    client.send({ type: 'Clear' });
    await pass(0);
    expect(client.sound.length).toBe(before + 1600);
    expect(client.messages.at(-1)).toEqual({ type: 'Cleared', sequence_id: 0 });
    await pass(2000);
    expect(client.sound.length).toBe(before + 1600);
    expect(client.all('Flushed')).toHaveLength(0);
  });

  it('speaks the rest when it is closed', async () => {
    const { client, pass, clock } = await open();
    client.send({ type: 'Speak', text: 'Bye.' });
    client.send({ type: 'Close' });
    await pass(500);
    expect(listen(client.sound).text).toBe('Bye.');
    expect(client.end).toMatchObject({ code: 1000 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('warns at the twenty-first flush of a minute and takes no notice of it', async () => {
    const { client, pass } = await open();
    for (let count = 0; count < 21; count += 1) client.send({ type: 'Flush' });
    await pass(20);
    expect(client.all('Flushed')).toHaveLength(20);
    expect(client.all('Warning')).toHaveLength(1);
    await pass(60_000);
    client.send({ type: 'Flush' });
    await pass(20);
    expect(client.all('Flushed')).toHaveLength(21);
  });

  it('refuses what the vendor refuses', async () => {
    const { client, pass, connect } = await open();
    client.send({ type: 'Speak', text: 'x'.repeat(2000) });
    await pass(20);
    expect(client.isOpen).toBe(true);
    client.send({ type: 'Speak', text: 'x'.repeat(2001) });
    await pass(20);
    expect(client.all('Error')).toHaveLength(1);
    expect(client.end).toMatchObject({ code: 1009 });
    for (const query of ['model=thalia&encoding=mulaw&sample_rate=8000', 'model=aura-2-thalia-en&encoding=mp3']) {
      const refused = connect(`${base}?${query}`, headers);
      await pass(20);
      expect(refused.end).toMatchObject({ refusedStatus: 400 });
    }
    const garbled = connect(`${base}?${usual}`, headers);
    await pass(20);
    garbled.send('{"type":"Shout"}');
    await pass(20);
    expect(garbled.end).toMatchObject({ code: 1008 });
  });

  it('speaks for one request, too', async () => {
    const { vendors, pass } = await open();
    const post = (query: string, body: object) =>
      vendors.fetch(`https://api.deepgram.com/v1/speak?${query}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
    const read = async (answer: Promise<Response>) => {
      const whole = answer.then((response) => response.arrayBuffer());
      await pass(1000);
      return new Uint8Array(await whole);
    };
    const sound = await read(post(`${usual}&container=none`, { text: 'Hello there.' }));
    expect(listen(sound)).toMatchObject({ text: 'Hello there.', troubles: [] });
    const linear = await read(
      post('model=aura-2-thalia-en&encoding=linear16&sample_rate=8000', { text: 'Hello there.' }),
    );
    expect(linear).toHaveLength(2 * sound.length);
    expect(await post(usual, { text: 'x'.repeat(2001) })).toMatchObject({ status: 413 });
    expect(await post(usual, {})).toMatchObject({ status: 400 });
    const refused = await vendors.fetch(`https://api.deepgram.com/v1/speak?${usual}`, { method: 'POST', body: '{}' });
    expect([refused.status, await refused.json()]).toMatchObject([401, { err_code: 'INVALID_AUTH' }]);
  });
});
