import { describe, expect, it } from 'vitest';
import { createDecimator } from '../../../audio/decimate.ts';
import { encodeMulaw } from '../../../audio/mulaw.ts';
import { createVirtualVendors, listen, noise, silence, speech } from '../testing/virtual-vendors.ts';

const headers = { Authorization: 'Bearer any' };
const url = 'wss://api.openai.com/v1/realtime?intent=transcription';

async function open(input: object = {}) {
  const box = createVirtualVendors();
  const client = box.connect(url, headers);
  await box.pass(20);
  client.send({
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model: 'gpt-live-transcribe', language: 'en' },
          turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
          ...input,
        },
      },
    },
  });
  const hear = (...sounds: Uint8Array[]) =>
    box.hear(client, Buffer.concat(sounds), (sound) =>
      JSON.stringify({ type: 'input_audio_buffer.append', audio: Buffer.from(sound).toString('base64') }),
    );
  const types = () => client.messages.map(({ type }) => String(type).replace('conversation.item.input_audio_', ''));
  return { ...box, client, hear, types };
}

describe('simulated OpenAI transcription', () => {
  it('tells speech, its words and its end in the documented order', async () => {
    const { client, hear, types } = await open();
    await hear(silence(300), speech('Hello there.'), silence(480));
    expect(types()).toEqual([
      ...['session.created', 'session.updated', 'input_audio_buffer.speech_started'],
      ...['transcription.delta', 'transcription.delta'],
    ]);
    await hear(silence(60));
    expect(types().slice(5)).toEqual([
      ...['input_audio_buffer.speech_stopped', 'input_audio_buffer.committed'],
      ...['conversation.item.added', 'conversation.item.done', 'transcription.completed'],
    ]);
    expect(client.messages.at(-1)).toMatchObject({ item_id: 'item_1', content_index: 0, transcript: 'Hello there.' });
    const deltas = client.all('conversation.item.input_audio_transcription.delta').map(({ delta }) => delta);
    expect(deltas.join('')).toBe('Hello there.');
    await hear(speech('Again.'), silence(600));
    expect(client.messages.at(-1)).toMatchObject({ item_id: 'item_2', transcript: 'Again.' });
    expect(client.all('input_audio_buffer.committed')).toMatchObject([
      { item_id: 'item_1', previous_item_id: null },
      { item_id: 'item_2', previous_item_id: 'item_1' },
    ]);
    const ids = client.messages.map(({ event_id }) => event_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells words of older models only when the turn is over', async () => {
    const { hear, types } = await open({ transcription: { model: 'gpt-4o-transcribe' } });
    await hear(speech('Hello there.'), silence(600));
    expect(types().slice(-3)).toEqual(['transcription.delta', 'transcription.delta', 'transcription.completed']);
    expect(types().indexOf('transcription.delta')).toBeGreaterThan(types().indexOf('input_audio_buffer.committed'));
  });

  it('takes noise for speech without words', async () => {
    const { client, hear } = await open();
    await hear(noise(400), silence(700));
    expect(client.all('input_audio_buffer.speech_started')).toHaveLength(1);
    expect(client.messages.at(-1)).toMatchObject({ transcript: '' });
  });

  it('commits when asked to, where there is something to commit', async () => {
    const { client, hear, pass } = await open({ turn_detection: null });
    client.send({ type: 'input_audio_buffer.commit', event_id: 'mine' });
    await pass(20);
    expect(client.messages.at(-1)).toMatchObject({
      ...{ type: 'error', error: { code: 'input_audio_buffer_commit_empty', event_id: 'mine' } },
    });
    await hear(speech('Hello there.'), silence(2000));
    expect(client.all('input_audio_buffer.speech_started')).toHaveLength(0);
    client.send({ type: 'input_audio_buffer.commit' });
    await pass(20);
    expect(client.messages.at(-1)).toMatchObject({ transcript: 'Hello there.' });
    await hear(speech('Never mind.'));
    client.send({ type: 'input_audio_buffer.clear' });
    client.send({ type: 'input_audio_buffer.commit' });
    await pass(20);
    expect(client.messages.slice(-2)).toMatchObject([{ type: 'input_audio_buffer.cleared' }, { type: 'error' }]);
  });

  it('refuses what makes no sense, and goes on', async () => {
    const { client, pass, connect } = await open({ format: { type: 'audio/pcm', rate: 24_000 } });
    client.send('not JSON');
    client.send({ type: 'response.explode' });
    client.send({ type: 'input_audio_buffer.append', audio: 7 });
    await pass(20);
    expect(client.messages.slice(1)).toMatchObject(
      ['invalid_value', 'invalid_json', 'invalid_value', 'invalid_value'].map((code) => ({
        type: 'error',
        error: { code },
      })),
    );
    expect(client.isOpen).toBe(true);
    const refused = connect(url, { Authorization: 'Basic any' });
    await pass(20);
    expect(refused.end).toMatchObject({ refusedStatus: 401 });
  });
});

describe('simulated OpenAI speech', () => {
  const order = {
    input: 'Hello there, this is a test.',
    model: 'gpt-4o-mini-tts',
    voice: 'marin',
    response_format: 'pcm',
  };
  const ask = (box: ReturnType<typeof createVirtualVendors>, body: object, base = 'https://api.openai.com/v1') =>
    box.vendors.fetch(`${base}/audio/speech`, { method: 'POST', headers, body: JSON.stringify(body) });

  it('makes linear sound at 24 kHz that keeps its words when brought down to 8 kHz', async () => {
    const box = createVirtualVendors();
    for (const base of ['https://api.openai.com/v1', 'http://box.test/openai']) {
      const answer = ask(box, order, base).then((response) => response.arrayBuffer());
      await box.pass(1000);
      const decimator = createDecimator();
      const sound = [decimator.take(new Uint8Array(await answer)), decimator.end()].map(encodeMulaw);
      expect(listen(Buffer.concat(sound))).toMatchObject({ text: order.input, troubles: [] });
    }
  });

  it('stops when nobody reads on', async () => {
    const box = createVirtualVendors();
    const leaving = new AbortController();
    const body = JSON.stringify(order);
    const url = 'https://api.openai.com/v1/audio/speech';
    const answer = await box.vendors.fetch(url, { method: 'POST', headers, body, signal: leaving.signal });
    const read = answer.arrayBuffer();
    await box.pass(100);
    leaving.abort();
    await expect(read).rejects.toThrow('aborted');
    await box.pass(20);
    expect(box.clock.pendingTimers).toBe(0);
  });

  it('refuses what the vendor refuses', async () => {
    const box = createVirtualVendors();
    const statuses = await Promise.all(
      [
        { ...order, input: 'x'.repeat(4097) },
        { ...order, input: '' },
        { ...order, voice: 'nobody' },
        { ...order, model: 'tts-9' },
        { ...order, speed: 9 },
        { ...order, response_format: 'mp3' },
      ].map(async (body) => (await ask(box, body)).status),
    );
    expect(statuses).toEqual([400, 400, 400, 404, 400, 400]);
    const body = JSON.stringify(order);
    const refused = await box.vendors.fetch('https://api.openai.com/v1/audio/speech', { method: 'POST', body });
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: { code: 'invalid_api_key' } }]);
  });
});
