import { describe, expect, it } from 'vitest';
import { createVirtualVendors, listen, noise, silence, speech } from '../testing/virtual-vendors.ts';

const host = 'wss://api.cartesia.ai';
const headers = { Authorization: 'Bearer any', 'Cartesia-Version': '2026-08-14' };

async function open(path: string) {
  const box = createVirtualVendors();
  const client = box.connect(`${host}${path}`, headers);
  await box.pass(20);
  return { ...box, client, hearAll: (...sounds: Uint8Array[]) => box.hear(client, Buffer.concat(sounds)) };
}

describe('simulated Cartesia Ink with turns', () => {
  const path = '/stt/turns/websocket?model=ink-2&encoding=pcm_mulaw&sample_rate=8000';

  it('tells a turn, its eager end, its resuming and its end', async () => {
    const { client, hearAll } = await open(path);
    await hearAll(noise(500), silence(300), speech('Book me'), silence(300), speech('a table.'), silence(460));
    const told = client.messages.filter(({ type }) => type !== 'turn.update');
    expect(told).toMatchObject([
      { type: 'connected', request_id: expect.any(String) as unknown },
      { type: 'turn.start' },
      { type: 'turn.eager_end', transcript: 'Book me' },
      { type: 'turn.resume' },
      { type: 'turn.eager_end', transcript: 'Book me a table.' },
      { type: 'turn.end', transcript: 'Book me a table.' },
    ]);
    expect(client.all('turn.update')[0]).toMatchObject({ transcript: 'Book' });
  });

  it('can be configured and closed', async () => {
    const { client, hearAll, pass } = await open(path);
    client.send({ type: 'config', turn: { end_timeout_ms: 640 } });
    client.send({ type: 'config', turn: { end_timeout_ms: 1 } });
    await hearAll(speech('Well'), silence(700));
    expect(client.all('turn.end')).toHaveLength(1);
    expect(client.all('error')).toMatchObject([{ status_code: 400 }]);
    await hearAll(speech('Bye'));
    client.send({ type: 'close' });
    await pass(20);
    expect(client.messages.at(-1)).toMatchObject({ type: 'turn.end', transcript: 'Bye' });
    expect(client.end).toMatchObject({ code: 1000 });
  });
});

describe('simulated Cartesia Ink without turns', () => {
  const path = '/stt/websocket?model=ink-whisper&encoding=pcm_mulaw&sample_rate=8000&language=en';

  it('tells words as they come and settles them when asked to', async () => {
    const { client, hearAll, pass } = await open(path);
    await hearAll(speech('Book me a table.'), silence(1000));
    expect(client.messages.every(({ type, is_final }) => type === 'transcript' && is_final === false)).toBe(true);
    client.send('finalize');
    await pass(20);
    expect(client.messages.slice(-2)).toMatchObject([
      { type: 'transcript', is_final: true, text: 'Book me a table.', words: [{ word: 'Book' }, {}, {}, {}] },
      { type: 'flush_done' },
    ]);
    client.send('shout');
    client.send('done');
    await pass(20);
    expect(client.messages.slice(-2)).toMatchObject([{ type: 'error' }, { type: 'done' }]);
    expect(client.end).toMatchObject({ code: 1000 });
  });
});

describe('simulated Cartesia Sonic', () => {
  const order = {
    ...{ context_id: 'c1', model_id: 'sonic-3', voice: { mode: 'id', id: 'v1' }, language: 'en', continue: true },
    output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
    ...{ add_timestamps: true, max_buffer_delay_ms: 3000 },
  };
  async function openVoice() {
    const box = await open('/tts/websocket');
    const of = (id: string) => box.client.all(id, 'context_id');
    const sound = (id: string) =>
      Buffer.concat(of(id).map(({ data }) => Buffer.from(typeof data === 'string' ? data : '', 'base64')));
    return { ...box, of, sound };
  }

  it('speaks fragments as one context, with times of words, and is done once', async () => {
    const { client, pass, of, sound } = await openVoice();
    client.send({ ...order, transcript: 'Good morning, ' });
    await pass(500);
    expect(sound('c1')).toHaveLength(0);
    client.send({ ...order, transcript: 'Sarah. ' });
    client.send({ ...order, transcript: 'How are you?', continue: false });
    await pass(1500);
    expect(listen(sound('c1'))).toMatchObject({ text: 'Good morning, Sarah. How are you?', troubles: [] });
    expect(listen(sound('c1')).utterances.size).toBe(1);
    expect(of('c1').filter(({ type }) => type === 'done')).toEqual([
      { type: 'done', context_id: 'c1', done: true, status_code: 200 },
    ]);
    const times = of('c1').flatMap(
      ({ word_timestamps }) => (word_timestamps as { words: string[] } | undefined)?.words ?? [],
    );
    expect(times.join(' ')).toBe('Good morning, Sarah. How are you?');
    expect(of('c1').find(({ type }) => type === 'chunk')).toMatchObject({ done: false, status_code: 206 });
  });

  it('speaks what is unfinished after the delay, or when told to flush', async () => {
    const { client, pass, of, sound } = await openVoice();
    client.send({ ...order, transcript: 'Well' });
    client.send({ ...order, context_id: 'c2', transcript: 'Well', flush: true });
    await pass(500);
    expect([sound('c1').length, listen(sound('c2')).text]).toEqual([0, 'Well']);
    expect(of('c2').at(-1)).toMatchObject({ type: 'flush_done', flush_id: 0, flush_done: true });
    await pass(3000);
    expect(listen(sound('c1')).text).toBe('Well');
  });

  it('lets what was being made arrive after a cancel, and nothing else', async () => {
    const { client, pass, of, clock } = await openVoice();
    client.send({
      ...order,
      transcript: 'This is a long story that nobody wants to hear to its end.',
      continue: false,
    });
    await pass(140);
    const before = of('c1').filter(({ type }) => type === 'chunk').length;
    client.send({ context_id: 'c1', cancel: true });
    await pass(3000);
    expect(of('c1').filter(({ type }) => type === 'chunk')).toHaveLength(before + 1);
    expect(of('c1').some(({ type }) => type === 'done')).toBe(false);
    client.close();
    await pass(20);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends a context a second after its last sound, though more was to come', async () => {
    const { client, pass, of } = await openVoice();
    client.send({ ...order, transcript: 'Hello.' });
    await pass(500);
    expect(of('c1').some(({ type }) => type === 'done')).toBe(false);
    await pass(1000);
    expect(of('c1').at(-1)).toMatchObject({ type: 'done' });
  });

  it('refuses what the vendor refuses, naming the context', async () => {
    const { client, pass, of, connect } = await openVoice();
    client.send({ ...order, transcript: 'Hello' });
    client.send({ ...order, transcript: 'there', language: 'de' });
    client.send({ ...order, context_id: 'c2', transcript: 'x', locale: 'en-US' });
    client.send({ ...order, context_id: 'c3', transcript: 'x', model_id: 'tenor-1' });
    client.send({ context_id: 'c4', transcript: 'x' });
    client.send('not JSON');
    await pass(20);
    expect(client.messages).toMatchObject(
      ['c1', 'c2', 'c3', 'c4']
        .map((context_id) => ({ type: 'error', status_code: 400, context_id }))
        .concat([{ type: 'error', status_code: 400 } as never]),
    );
    expect(of('c1')).toHaveLength(1);
    const cases: [Record<string, string>, number][] = [
      [{ 'Cartesia-Version': '2026-08-14' }, 401],
      [{ 'X-API-Key': 'any' }, 400],
    ];
    for (const [given, status] of cases) {
      const refused = connect(`${host}/tts/websocket`, given);
      await pass(20);
      expect(refused.end).toMatchObject({ refusedStatus: status });
    }
    const query = connect(`${host}/tts/websocket?api_key=any&cartesia_version=2026-08-14`);
    await pass(20);
    expect(query.isOpen).toBe(true);
  });
});
