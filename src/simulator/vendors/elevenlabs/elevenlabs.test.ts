import { describe, expect, it } from 'vitest';
import { createVirtualVendors, listen, type Message, noise, silence, speech } from '../testing/virtual-vendors.ts';

const host = 'wss://api.elevenlabs.io/v1';
const headers = { 'xi-api-key': 'any' };

describe('simulated ElevenLabs Scribe', () => {
  const path = `${host}/speech-to-text/realtime?model_id=scribe_v2_realtime&audio_format=ulaw_8000`;
  const toChunk = (sound: Uint8Array, commit = false) =>
    JSON.stringify({
      ...{ message_type: 'input_audio_chunk', audio_base_64: Buffer.from(sound).toString('base64') },
      ...{ commit, sample_rate: 8000 },
    });

  async function open(query = '') {
    const box = createVirtualVendors();
    const client = box.connect(path + query, headers);
    await box.pass(20);
    const hear = (...sounds: Uint8Array[]) => box.hear(client, Buffer.concat(sounds), (sound) => toChunk(sound));
    return { ...box, client, hear };
  }
  const names = (messages: Message[]) => messages.map(({ message_type }) => message_type);

  it('tells what it hears so far and commits it when asked to', async () => {
    const { client, hear, pass } = await open();
    await hear(speech('Book me a table.'), silence(3000));
    expect(client.messages[0]).toMatchObject({
      message_type: 'session_started',
      config: { sample_rate: 8000, audio_format: 'ulaw_8000', commit_strategy: 'manual' },
    });
    const partials = client.all('partial_transcript', 'message_type');
    expect(partials.length).toBeGreaterThan(1);
    expect(partials.at(-1)).toMatchObject({ text: 'Book me a table.' });
    client.send(toChunk(new Uint8Array(), true));
    await pass(20);
    expect(client.messages.at(-1)).toEqual({ message_type: 'committed_transcript', text: 'Book me a table.' });
    client.send(toChunk(new Uint8Array(), true));
    await pass(20);
    expect(client.messages.at(-1)).toMatchObject({ message_type: 'commit_throttled' });
  });

  it('commits by itself after the silence it was told', async () => {
    const { client, hear } = await open('&commit_strategy=vad&vad_silence_threshold_secs=0.5&include_timestamps=true');
    await hear(noise(300), silence(1000), speech('Hello there.'), silence(460));
    expect(names(client.messages)).not.toContain('committed_transcript');
    await hear(silence(80));
    expect(names(client.messages).slice(-2)).toEqual(['committed_transcript', 'committed_transcript_with_timestamps']);
    expect(client.messages.at(-1)).toMatchObject({ words: [{ text: 'Hello', type: 'word' }, { text: 'there.' }] });
    await hear(silence(1000));
    expect(client.all('committed_transcript', 'message_type')).toHaveLength(1);
  });

  it('refuses what the vendor refuses', async () => {
    const { client, connect, pass } = await open();
    client.send('{"message_type":"nonsense"}');
    await pass(20);
    expect(client.messages.at(-1)).toMatchObject({ message_type: 'input_error', error: expect.any(String) as unknown });
    const cases: [string, number, Record<string, string>][] = [
      [path, 401, {}],
      [`${host}/speech-to-text/realtime?model_id=scribe_v9&audio_format=ulaw_8000`, 400, headers],
      [`${path}&vad_silence_threshold_secs=9`, 400, headers],
    ];
    for (const [url, status, given] of cases) {
      const refused = connect(url, given);
      await pass(20);
      expect(refused.end).toMatchObject({ refusedStatus: status });
    }
  });
});

describe('simulated ElevenLabs speech', () => {
  const query = 'model_id=eleven_flash_v2_5&output_format=ulaw_8000';
  async function open(kind: 'stream-input' | 'multi-stream-input', more = '', given: Record<string, string> = headers) {
    const box = createVirtualVendors({ keys: { elevenlabs: 'any' } });
    const client = box.connect(`${host}/text-to-speech/rachel/${kind}?${query}${more}`, given);
    await box.pass(20);
    const sound = (contextId?: string) =>
      Buffer.concat(
        client.messages
          .filter((message) => message.contextId === contextId && typeof message.audio === 'string')
          .map(({ audio }) => Buffer.from(String(audio), 'base64')),
      );
    return { ...box, client, sound };
  }

  it('speaks a text to its end, then says so and leaves', async () => {
    const { client, pass, sound, clock } = await open('stream-input');
    client.send({ text: ' ', voice_settings: { stability: 0.5 }, generation_config: { chunk_length_schedule: [120] } });
    client.send({ text: 'Good morning. ' });
    await pass(500);
    expect(sound()).toHaveLength(0);
    client.send({ text: 'How are you? ', flush: true });
    await pass(1000);
    client.send({ text: 'Fine? ' });
    client.send({ text: '' });
    await pass(1000);
    expect(listen(sound())).toMatchObject({ text: 'Good morning. How are you? Fine?', troubles: [] });
    expect(listen(sound()).utterances.size).toBe(1);
    expect(client.messages.at(-1)).toEqual({ audio: null, isFinal: true });
    expect(client.end).toMatchObject({ code: 1000 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('begins by itself when there is enough text, or at once in auto mode', async () => {
    const long =
      'This is a text of more than one hundred and twenty characters, so that the vendor begins to speak it without being asked to do so. ';
    const scheduled = await open('stream-input');
    scheduled.client.send({ text: ' ' });
    scheduled.client.send({ text: long });
    await scheduled.pass(300);
    expect(scheduled.sound().length).toBeGreaterThan(0);
    const auto = await open('stream-input', '&auto_mode=true');
    auto.client.send({ text: ' ' });
    auto.client.send({ text: 'Hi. ' });
    await auto.pass(300);
    expect(listen(auto.sound()).text).toBe('Hi.');
  });

  it('tells every character once, with times that fall on its word', async () => {
    const { client, pass, sound } = await open('stream-input', '&auto_mode=true');
    client.send({ text: ' ' });
    client.send({ text: 'Good morning, this is the clinic. ' });
    client.send({ text: 'How are you? ' });
    await pass(1500);
    const characters: string[] = [];
    let startMs = 0;
    const starts: number[] = [];
    for (const { audio, alignment } of client.messages) {
      const { chars, charStartTimesMs, charDurationsMs } = alignment as Record<string, (string | number)[]>;
      expect([charStartTimesMs!.length, charDurationsMs!.length]).toEqual([chars!.length, chars!.length]);
      characters.push(...chars!.map(String));
      starts.push(...charStartTimesMs!.map((ms) => startMs + Number(ms)));
      startMs += Buffer.from(String(audio), 'base64').length / 8;
    }
    expect(characters.join('')).toBe('Good morning, this is the clinic. How are you? ');
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    const at = starts[characters.join('').indexOf('clinic')]!;
    expect(listen(sound().subarray(Math.max(0, at - 2) * 8)).text).toMatch(/^clinic\. How/u);
  });

  it('keeps contexts apart, and speaks what was said before one was closed', async () => {
    const { client, pass, sound } = await open('multi-stream-input');
    client.send({ text: ' ', context_id: 'a' });
    client.send({ text: 'One. ', context_id: 'a', flush: true });
    client.send({ text: ' ', context_id: 'b' });
    client.send({ text: 'Two. ', context_id: 'b' });
    client.send({ context_id: 'b', flush: true });
    client.send({ context_id: 'a', close_context: true });
    await pass(1000);
    expect([listen(sound('a')).text, listen(sound('b')).text]).toEqual(['One.', 'Two.']);
    expect(client.all('a', 'contextId').at(-1)).toMatchObject({ audio: null, isFinal: true });
    expect(client.all('b', 'contextId').at(-1)).toMatchObject({ isFinal: null });
    client.send({ close_socket: true });
    await pass(20);
    expect(client.end).toMatchObject({ code: 1000 });
  });

  it('refuses a sixth context', async () => {
    const { client, pass } = await open('multi-stream-input');
    for (const id of 'abcde') client.send({ text: ' ', context_id: id });
    await pass(20);
    expect(client.isOpen).toBe(true);
    client.send({ text: ' ', context_id: 'f' });
    await pass(20);
    expect(client.messages).toMatchObject([{ error: 'too_many_contexts', code: 1008 }]);
    expect(client.end).toMatchObject({ code: 1008 });
  });

  it('leaves when it is told nothing for as long as was agreed', async () => {
    const { client, pass } = await open('stream-input', '&inactivity_timeout=5');
    client.send({ text: ' ' });
    await pass(4000);
    client.send({ text: ' ' });
    await pass(4900);
    expect(client.isOpen).toBe(true);
    await pass(200);
    expect(client.messages.at(-1)).toMatchObject({ error: 'input_timeout_exceeded', code: 1008 });
    expect(client.end).toMatchObject({ code: 1008 });
  });

  it('wants a key, with the handshake or with the first text', async () => {
    const early = await open('stream-input', '', {});
    early.client.send({ text: ' ', xi_api_key: 'any' });
    await early.pass(20);
    expect(early.client.isOpen).toBe(true);
    const none = await open('stream-input', '', {});
    none.client.send({ text: ' ' });
    await none.pass(20);
    expect(none.client.messages).toMatchObject([{ error: 'invalid_api_key', code: 1008 }]);
    const wrong = await open('stream-input', '', { 'xi-api-key': 'wrong' });
    expect(wrong.client.end).toMatchObject({ refusedStatus: 401 });
  });

  it('refuses what the vendor refuses', async () => {
    const box = createVirtualVendors();
    for (const bad of [
      'model_id=eleven_nine',
      'output_format=mp3_9',
      'output_format=ulaw_8000&inactivity_timeout=999',
    ]) {
      const client = box.connect(`${host}/text-to-speech/rachel/stream-input?${bad}`, headers);
      await box.pass(20);
      expect(client.end, bad).toMatchObject({ refusedStatus: 400 });
    }
    const { client, pass } = await open('stream-input');
    client.send({ text: 'Not a space' });
    await pass(20);
    expect(client.end).toMatchObject({ code: 1008 });
  });

  it('speaks for one request, too', async () => {
    const box = createVirtualVendors();
    const post = (body: object, format = 'ulaw_8000') =>
      box.vendors.fetch(`https://api.elevenlabs.io/v1/text-to-speech/rachel/stream?output_format=${format}`, {
        ...{ method: 'POST', headers, body: JSON.stringify(body) },
      });
    const answer = post({ text: 'Hello there.', model_id: 'eleven_flash_v2_5' }).then((one) => one.arrayBuffer());
    await box.pass(1000);
    expect(listen(new Uint8Array(await answer))).toMatchObject({ text: 'Hello there.', troubles: [] });
    expect(await post({})).toMatchObject({ status: 422 });
    expect(await post({ text: 'x'.repeat(10_001) })).toMatchObject({ status: 400 });
    expect(await post({ text: 'x' }, 'ogg')).toMatchObject({ status: 400 });
  });
});
