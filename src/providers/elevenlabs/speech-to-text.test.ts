/** ElevenLabs' recognizer on frames written from its protocol. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { describeSpeechToTextContract } from '../../ports/contracts/speech-to-text.contract.ts';
import type { HearingEvent } from '../../ports/speech-to-text.ts';
import { createElevenLabsSpeechToText } from './speech-to-text.ts';
import { createScribeCodec, decodeScribe, toChunkFrame } from './speech-to-text-codec.ts';

const access = { apiKey: 'key-1', baseUrl: 'https://api.elevenlabs.io', model: 'scribe_v2_realtime' };

const started = {
  message_type: 'session_started',
  session_id: 's1',
  config: { sample_rate: 8000, audio_format: 'ulaw_8000', language_code: 'en', vad_commit_strategy: true },
};
const partial = (text: string) => [{ message_type: 'partial_transcript', text }];
const committed = (text: string) => [
  { message_type: 'committed_transcript', text },
  { message_type: 'committed_transcript_with_timestamps', text, words: [] },
];

describeSpeechToTextContract('elevenlabs scribe', () => ({
  name: 'elevenlabs scribe',
  create: ({ openSocket, clock, apiKey }) => createElevenLabsSpeechToText({ ...access, apiKey, openSocket, clock }),
  vendor: () => ({
    welcome: [started],
    started: null,
    partial,
    over: committed,
    eager: null,
    asksToSettle: (frame) => typeof frame === 'string' && JSON.parse(frame).commit === true,
    settled: committed,
    soundOf(frame) {
      const { message_type, audio_base_64 } = JSON.parse(String(frame));
      return message_type === 'input_audio_chunk' ? Buffer.from(audio_base_64, 'base64') : null;
    },
    fatal: [{ message_type: 'quota_exceeded', error: 'You have no credits left.' }],
  }),
}));

function listen() {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: HearingEvent[] = [];
  const stt = createElevenLabsSpeechToText({ ...access, openSocket: sockets.openSocket, clock });
  const ears = stt.listen({ language: 'en-US', on: (event) => told.push(event) });
  sockets.last.accept();
  sockets.last.say(started);
  return { clock, sockets, ears, told };
}

const silence = (ms: number) => new Uint8Array(ms * 8).fill(0xff);

describe('the ElevenLabs recognizer', () => {
  it('asks for telephone sound, turns by pauses, and the words that are likely', () => {
    const keyterms = ['Callwright', 'a term that is far too long for it'];
    const { target } = createScribeCodec(access, { language: 'de-DE', keyterms });
    const url = new URL(target.url);
    expect(`${url.protocol}//${url.host}${url.pathname}`).toBe('wss://api.elevenlabs.io/v1/speech-to-text/realtime');
    expect([...url.searchParams]).toEqual([
      ['model_id', 'scribe_v2_realtime'],
      ['audio_format', 'ulaw_8000'],
      ['language_code', 'de'],
      ['commit_strategy', 'vad'],
      ['vad_silence_threshold_secs', '0.5'],
      ['keyterms', 'Callwright'],
    ]);
    expect(target.headers).toEqual({ 'xi-api-key': 'key-1' });
  });

  it('sends sound as the protocol has it', () => {
    expect(JSON.parse(toChunkFrame(Uint8Array.of(1, 2, 255)))).toEqual({
      message_type: 'input_audio_chunk',
      audio_base_64: 'AQL/',
      commit: false,
      sample_rate: 8000,
    });
    expect(JSON.parse(toChunkFrame(new Uint8Array(0), true))).toMatchObject({ audio_base_64: '', commit: true });
  });

  it('never asks to commit less sound than the vendor takes, and has an empty turn then', () => {
    const { ears, sockets, told } = listen();
    ears.hear(silence(100));
    ears.settle();
    expect(sockets.last.sentJson.some(({ commit }) => commit === true)).toBe(false);
    expect(told).toEqual([{ type: 'turn-over', text: '' }]);
    ears.hear(silence(300));
    ears.settle();
    expect(sockets.last.sentJson.at(-1)).toMatchObject({ commit: true });
  });

  it('counts sound anew after each turn', () => {
    const { ears, sockets, told } = listen();
    ears.hear(silence(1000));
    sockets.last.say(...partial('one'), ...committed('One.'));
    ears.settle();
    expect(sockets.last.sentJson.some(({ commit }) => commit === true)).toBe(false);
    expect(told.at(-1)).toEqual({ type: 'turn-over', text: '' });
  });

  it('takes the words so far when the vendor will not commit', () => {
    const { ears, sockets, told } = listen();
    sockets.last.say(...partial('hold on'));
    ears.settle();
    sockets.last.say({ message_type: 'commit_throttled', error: 'Commit request ignored: only 0.02s of audio.' });
    expect(told.at(-1)).toEqual({ type: 'turn-over', text: 'hold on' });
  });

  it('takes settled words as words, and what is committed as the end', () => {
    const { sockets, told } = listen();
    sockets.last.say(
      ...partial('so far'),
      { message_type: 'final_transcript', text: 'So far.' },
      ...committed('So far.'),
    );
    expect(told).toEqual([
      { type: 'speech-started' },
      { type: 'heard', text: 'so far' },
      { type: 'heard', text: 'So far.' },
      { type: 'turn-over', text: 'So far.' },
    ]);
  });

  it.each([
    ['auth_error', 'vendor/refused'],
    ['quota_exceeded', 'vendor/refused'],
    ['unaccepted_terms', 'vendor/refused'],
    ['input_error', 'vendor/refused'],
    ['chunk_size_exceeded', 'vendor/refused'],
    ['rate_limited', 'vendor/busy'],
    ['queue_overflow', 'vendor/busy'],
    ['resource_exhausted', 'vendor/busy'],
    ['transcriber_error', 'vendor/unavailable'],
    ['session_time_limit_exceeded', 'vendor/unavailable'],
    ['error', 'vendor/unavailable'],
  ])('fails at %s as %s', (name, code) => {
    const { sockets, told } = listen();
    sockets.last.say({ message_type: name, error: 'It is so.' });
    expect(told).toMatchObject([{ type: 'failed', error: { code, vendor: 'elevenlabs' } }]);
  });

  it('never throws, whatever comes', () => {
    const frame = fc.oneof(fc.string(), fc.json(), fc.record({ message_type: fc.anything(), text: fc.anything() }));
    fc.assert(
      fc.property(frame, (value) => {
        const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
        expect(Array.isArray(decodeScribe(text, ''))).toBe(true);
      }),
    );
  });
});
