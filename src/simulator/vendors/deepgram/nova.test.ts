import { describe, expect, it } from 'vitest';
import { createVirtualVendors, type Message, noise, silence, speech } from '../testing/virtual-vendors.ts';

const base = 'wss://api.deepgram.com/v1/listen';
const usual = 'model=nova-3&encoding=mulaw&sample_rate=8000';
const headers = { Authorization: 'Token any' };

function joined(...pieces: Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

function transcriptOf(results: Message | undefined): unknown {
  return (results?.channel as { alternatives: { transcript: string }[] } | undefined)?.alternatives[0]?.transcript;
}

describe('simulated Deepgram nova', () => {
  it('tells growing interim results, then settles them when a pause was heard', async () => {
    const box = createVirtualVendors();
    const client = box.connect(`${base}?${usual}&interim_results=true&punctuate=true&endpointing=300`, headers);
    await box.pass(20);
    await box.hear(client, joined(silence(200), speech('I would like a table for two.'), silence(500)));
    const results = client.all('Results');
    const interims = results.filter(({ is_final }) => is_final === false);
    expect(interims.length).toBeGreaterThan(2);
    for (const interim of interims) {
      expect('I would like a table for two.'.startsWith(String(transcriptOf(interim)))).toBe(true);
      expect(interim.speech_final).toBe(false);
    }
    expect(results.filter(({ is_final }) => is_final === true)).toMatchObject([
      {
        ...{ type: 'Results', channel_index: [0, 1], is_final: true, speech_final: true },
        channel: { alternatives: [{ transcript: 'I would like a table for two.' }] },
      },
    ]);
    const { channel } = results.at(-1)!;
    const [word] = (channel as { alternatives: { words: Message[] }[] }).alternatives[0]!.words;
    expect(word).toMatchObject({ word: 'i', punctuated_word: 'I' });
    expect(word?.start).toBeGreaterThanOrEqual(0.2);
  });

  it('waits as long as it is told before it calls a pause the end, in time of the sound', async () => {
    const box = createVirtualVendors();
    const client = box.connect(`${base}?${usual}&endpointing=300`, headers);
    await box.pass(20);
    await box.hear(client, joined(speech('Hello.'), silence(280)));
    expect(client.all('Results')).toHaveLength(0);
    await box.pass(5000);
    expect(client.all('Results')).toHaveLength(0);
    await box.hear(client, silence(60));
    expect(client.all('Results')).toMatchObject([{ is_final: true, speech_final: true }]);
  });

  it('gives words bare unless punctuation was asked for', async () => {
    const box = createVirtualVendors();
    const client = box.connect(`${base}?${usual}&endpointing=200`, headers);
    await box.pass(20);
    await box.hear(client, joined(speech('Yes, Sarah!'), silence(400)));
    expect(transcriptOf(client.all('Results')[0])).toBe('yes sarah');
  });

  it('falls back to UtteranceEnd where noise leaves no pause', async () => {
    const box = createVirtualVendors();
    const client = box.connect(
      `${base}?${usual}&punctuate=true&interim_results=true&endpointing=300&utterance_end_ms=1000`,
      headers,
    );
    await box.pass(20);
    await box.hear(client, joined(speech('Hello there.'), noise(1500)));
    expect(client.all('Results').some(({ speech_final }) => speech_final === true)).toBe(false);
    expect(client.messages.at(-1)).toMatchObject({ type: 'UtteranceEnd', channel: [0, 1] });
    expect(transcriptOf(client.all('Results').at(-1))).toBe('Hello there.');
    expect(client.all('Results').at(-1)).toMatchObject({ is_final: true });
  });

  it('tells that a voice began, but no words, of noise', async () => {
    const box = createVirtualVendors();
    const client = box.connect(`${base}?${usual}&vad_events=true&endpointing=300&interim_results=true`, headers);
    await box.pass(20);
    await box.hear(client, joined(silence(200), noise(400), silence(800)));
    expect(client.messages).toMatchObject([{ type: 'SpeechStarted', channel: [0], timestamp: 0.2 }]);
  });

  it('settles at once when asked to, and says that it was asked', async () => {
    const box = createVirtualVendors();
    const client = box.connect(`${base}?${usual}&punctuate=true&endpointing=false`, headers);
    await box.pass(20);
    await box.hear(client, joined(speech('One two three'), silence(2000)));
    client.send({ type: 'Finalize' });
    await box.pass(20);
    expect(client.messages).toMatchObject([{ is_final: true, from_finalize: true }]);
    expect(transcriptOf(client.messages[0])).toBe('One two three');
  });

  it('settles, tells its metadata and leaves when the stream is closed', async () => {
    const box = createVirtualVendors();
    const client = box.connect(`${base}?${usual}&endpointing=300`, headers);
    await box.pass(20);
    await box.hear(client, speech('Good bye'));
    client.send({ type: 'CloseStream' });
    await box.pass(20);
    expect(client.messages.map(({ type }) => type)).toEqual(['Results', 'Metadata']);
    expect(client.end).toMatchObject({ code: 1000 });
    expect(box.clock.pendingTimers).toBe(0);
  });

  it('leaves after ten seconds without sound, which only a KeepAlive after the first sound puts off', async () => {
    const box = createVirtualVendors();
    const [never, kept] = [0, 1].map(() => box.connect(`${base}?${usual}`, headers));
    await box.pass(20);
    await box.hear(kept!, silence(20));
    for (let second = 0; second < 12; second += 4) {
      never!.send({ type: 'KeepAlive' });
      kept!.send({ type: 'KeepAlive' });
      await box.pass(4000);
    }
    expect(never!.end).toMatchObject({ code: 1011, reason: expect.stringMatching(/^NET-0000/) as unknown });
    expect(kept!.isOpen).toBe(true);
    await box.pass(10_000);
    expect(kept!.end).toMatchObject({ code: 1011, reason: expect.stringMatching(/^NET-0001/) as unknown });
    expect(box.clock.pendingTimers).toBe(0);
  });

  it('refuses what the vendor refuses', async () => {
    const box = createVirtualVendors({ keys: { deepgram: 'right' } });
    const right = { Authorization: 'Token right' };
    const cases = [
      { query: usual, headers: {}, status: 401 },
      { query: usual, headers: { Authorization: 'Token wrong' }, status: 401 },
      { query: usual, headers: { Authorization: 'Basic right' }, status: 401 },
      { query: 'model=nova-9&encoding=mulaw&sample_rate=8000', headers: right, status: 400 },
      { query: 'model=nova-3&encoding=opus&sample_rate=8000', headers: right, status: 400 },
      { query: `${usual}&utterance_end_ms=1000`, headers: right, status: 400 },
      { query: `${usual}&interim_results=true&utterance_end_ms=500`, headers: right, status: 400 },
    ];
    for (const { query, headers: given, status } of cases) {
      const client = box.connect(`${base}?${query}`, given as Record<string, string>);
      await box.pass(20);
      expect(client.end, query).toMatchObject({ code: 1006, refusedStatus: status });
    }
    const bearer = box.connect(`${base}?${usual}`, { Authorization: 'Bearer right' });
    await box.pass(20);
    expect(bearer.isOpen).toBe(true);
    bearer.send('not JSON');
    await box.pass(20);
    expect(bearer.end).toMatchObject({ code: 1008, reason: expect.stringMatching(/^DATA-0000/) as unknown });
  });
});
