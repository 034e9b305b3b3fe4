/** OpenAI's recognizer on frames written from its protocol. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeSockets } from '../../ports/contracts/fake-sockets.ts';
import { describeSpeechToTextContract } from '../../ports/contracts/speech-to-text.contract.ts';
import type { HearingEvent } from '../../ports/speech-to-text.ts';
import { createOpenAiSpeechToText } from './transcription.ts';
import { createTranscriptionCodec, createTranscriptionDecoder, toAppendFrame } from './transcription-codec.ts';

const access = { apiKey: 'sk-1', baseUrl: 'https://api.openai.com/v1', model: 'gpt-live-transcribe' };
const session = { type: 'transcription', id: 'sess_1' };
const welcome = [
  { type: 'session.created', event_id: 'e1', session },
  { type: 'session.updated', event_id: 'e2', session },
];
const began = (item_id: string) => ({ type: 'input_audio_buffer.speech_started', audio_start_ms: 20, item_id });
const committed = (item_id: string) => ({ type: 'input_audio_buffer.committed', item_id, previous_item_id: null });
const words = 'conversation.item.input_audio_transcription';
const delta = (item_id: string, text: string) => ({ type: `${words}.delta`, item_id, content_index: 0, delta: text });
const completed = (item_id: string, transcript: string) => ({ type: `${words}.completed`, item_id, transcript });

describeSpeechToTextContract('openai transcription', () => ({
  name: 'openai transcription',
  create: ({ openSocket, clock, apiKey }) => createOpenAiSpeechToText({ ...access, apiKey, openSocket, clock }),
  vendor: () => {
    let turn = 1;
    let said = '';
    const over = (text: string) => {
      const item = `item_${turn}`;
      turn += 1;
      said = '';
      return [
        { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 900, item_id: item },
        committed(item),
        completed(item, text),
      ];
    };
    return {
      welcome,
      started: [began('item_1')],
      partial(text) {
        const more = text.slice(said.length);
        said = text;
        return [delta(`item_${turn}`, more)];
      },
      over,
      eager: null,
      asksToSettle: (frame) => JSON.parse(String(frame)).type === 'input_audio_buffer.commit',
      settled: over,
      soundOf(frame) {
        const { type, audio } = JSON.parse(String(frame));
        return type === 'input_audio_buffer.append' ? Buffer.from(audio, 'base64') : null;
      },
      fatal: [{ type: 'error', error: { type: 'server_error', code: null, message: 'The server had an error.' } }],
    };
  },
}));

function listen() {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: HearingEvent[] = [];
  const stt = createOpenAiSpeechToText({ ...access, openSocket: sockets.openSocket, clock });
  const ears = stt.listen({ language: 'en-US', on: (event) => told.push(event) });
  sockets.last.accept();
  sockets.last.say(...welcome);
  return { clock, ears, told, say: sockets.last.say };
}

describe("OpenAI's recognizer", () => {
  it('is asked for telephone sound, turns by pauses, and the words that are likely', () => {
    const { target, hello } = createTranscriptionCodec(access, { language: 'en-US', keyterms: ['Callwright', 'Ada'] });
    expect(target.url).toBe('wss://api.openai.com/v1/realtime?intent=transcription');
    expect(target.headers).toEqual({ authorization: 'Bearer sk-1' });
    expect(hello?.map((frame) => JSON.parse(frame))).toEqual([
      {
        type: 'session.update',
        session: {
          type: 'transcription',
          audio: {
            input: {
              format: { type: 'audio/pcmu' },
              noise_reduction: null,
              transcription: { model: 'gpt-live-transcribe', language: 'en', keywords: ['Callwright', 'Ada'] },
              turn_detection: {
                type: 'server_vad',
                threshold: 0.5,
                prefix_padding_ms: 300,
                silence_duration_ms: 500,
              },
            },
          },
        },
      },
    ]);
  });

  it('takes likely words in a sentence where the model knows no list', () => {
    const older = { ...access, model: 'gpt-4o-transcribe' };
    const { hello } = createTranscriptionCodec(older, { language: 'de', keyterms: ['Callwright', 'Ada'] });
    expect(JSON.parse(hello?.[0] ?? '').session.audio.input.transcription).toEqual({
      model: 'gpt-4o-transcribe',
      language: 'de',
      prompt: 'Callwright, Ada',
    });
  });

  it('is sent sound as the protocol has it', () => {
    expect(JSON.parse(toAppendFrame(Uint8Array.of(1, 2, 255)))).toEqual({
      type: 'input_audio_buffer.append',
      audio: 'AQL/',
    });
  });

  it('tells turns in the order in which they were spoken, though the words come late', () => {
    const { say, told } = listen();
    say(began('a'), committed('a'), began('b'), delta('b', 'the sec'), delta('b', 'ond'), committed('b'));
    say(completed('b', 'The second.'), delta('a', 'the '), delta('a', 'first'), completed('a', 'The first.'));
    say(delta('a', 'too late'), completed('b', 'Again.'));
    expect(told).toEqual([
      { type: 'speech-started' },
      { type: 'heard', text: 'the' },
      { type: 'heard', text: 'the first' },
      { type: 'turn-over', text: 'The first.' },
      { type: 'speech-started' },
      { type: 'heard', text: 'the second' },
      { type: 'turn-over', text: 'The second.' },
    ]);
  });

  it('tells that the person speaks again once the turn before is over', () => {
    const { say, told } = listen();
    say(began('a'), committed('a'), began('b'), completed('a', 'One.'));
    expect(told).toEqual([{ type: 'speech-started' }, { type: 'turn-over', text: 'One.' }, { type: 'speech-started' }]);
  });

  const nothingToCommit = {
    type: 'error',
    error: {
      type: 'invalid_request_error',
      code: 'input_audio_buffer_commit_empty',
      message: 'Error committing input audio buffer: buffer too small.',
      event_id: 'settle',
    },
  };

  it('has an empty turn when there is nothing to settle', () => {
    const { say, told, ears, clock } = listen();
    ears.settle();
    say(nothingToCommit);
    expect(told).toEqual([{ type: 'turn-over', text: '' }]);
    clock.advance(10_000);
    expect(told).toHaveLength(1);
  });

  it('waits for the words of a turn whose sound was complete before it was asked to settle', () => {
    const { say, told, ears } = listen();
    say(began('a'), delta('a', 'good'), committed('a'));
    ears.settle();
    say(nothingToCommit);
    expect(told.at(-1)).toEqual({ type: 'heard', text: 'good' });
    say(completed('a', 'Good day.'));
    expect(told.at(-1)).toEqual({ type: 'turn-over', text: 'Good day.' });
  });

  it('goes on after a request that the vendor did not like', () => {
    const { say, told } = listen();
    say({ type: 'error', error: { type: 'invalid_request_error', code: 'unknown_parameter', message: 'No.' } });
    say(began('a'));
    expect(told).toEqual([{ type: 'speech-started' }]);
  });

  it('is refused when its session is', () => {
    const decode = createTranscriptionDecoder();
    const error = { type: 'invalid_request_error', code: 'invalid_value', message: 'No such model.' };
    expect(decode(JSON.stringify({ type: 'error', error }))).toMatchObject([
      { type: 'failed', failure: { kind: 'refused', message: 'openai reported invalid_value: No such model.' } },
    ]);
  });

  it.each([
    [{ type: 'invalid_request_error', code: 'session_expired' }, 'vendor/unavailable'],
    [{ type: 'invalid_request_error', code: 'invalid_api_key' }, 'vendor/refused'],
    [{ type: 'insufficient_quota', code: 'insufficient_quota' }, 'vendor/refused'],
    [{ type: 'tokens', code: 'rate_limit_exceeded' }, 'vendor/busy'],
    [{ type: 'server_error', code: null }, 'vendor/unavailable'],
  ])('fails at %j as %s', (error, code) => {
    const { say, told } = listen();
    say({ type: 'error', error: { ...error, message: 'It is so.' } });
    expect(told).toMatchObject([{ type: 'failed', error: { code, vendor: 'openai' } }]);
  });

  it('fails when a turn cannot be put into words', () => {
    const { say, told } = listen();
    say(began('a'), { type: `${words}.failed`, item_id: 'a', error: { type: 'server_error', message: 'Sorry.' } });
    expect(told.at(-1)).toMatchObject({ type: 'failed', error: { code: 'vendor/unavailable' } });
  });

  it('never throws, whatever comes', () => {
    const types = fc.constantFrom(...welcome, began('a'), committed('a'), delta('a', 'x'), completed('a', 'x'));
    const odd = fc
      .tuple(types, fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([frame, more]) => ({ ...frame, ...more }));
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json(), odd)), (frames) => {
        const decode = createTranscriptionDecoder();
        for (const frame of frames) {
          expect(Array.isArray(decode(typeof frame === 'string' ? frame : JSON.stringify(frame)))).toBe(true);
        }
      }),
    );
  });
});
