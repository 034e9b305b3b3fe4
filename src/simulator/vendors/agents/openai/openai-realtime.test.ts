import { describe, expect, it } from 'vitest';
import { createAgentWire, type Frame, frames, toSilence, toSpeech, wordsIn } from '../testing/wire.ts';
import { fromWire } from '../wire-sound.ts';

const headers = { authorization: 'Bearer sk-test' };
const path = '/openai/v1/realtime?model=gpt-realtime-2.1';
const pcmu = { type: 'audio/pcmu' };
const vad = {
  ...{ type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
  ...{ create_response: true, interrupt_response: true },
};
const tool = {
  ...{ type: 'function', name: 'look_up', description: 'Looks up free days.' },
  parameters: { type: 'object', properties: {} },
};
const toUpdate = (session: Record<string, unknown> = {}, detection: unknown = vad) => ({
  type: 'session.update',
  session: {
    ...{ type: 'realtime', output_modalities: ['audio'], instructions: 'You are polite.' },
    audio: {
      input: { format: pcmu, transcription: { model: 'gpt-live-transcribe' }, turn_detection: detection },
      output: { format: pcmu, voice: 'marin' },
    },
    tools: [tool],
    ...session,
  },
});
const toAppend = (audio: string) => ({ type: 'input_audio_buffer.append', audio });
const say = (text: string) => ({
  type: 'response.create',
  response: { instructions: `Say exactly the following, word for word: ${JSON.stringify(text)}` },
});

const soundOf = (all: readonly Frame[]) =>
  Buffer.concat(frames(all, 'response.output_audio.delta').map(({ delta }) => Buffer.from(String(delta), 'base64')));
const responseOf = (frame: Frame | undefined) => frame?.response as Record<string, unknown>;
const errors = (all: readonly Frame[]) => frames(all, 'error').map(({ error }) => error as Record<string, unknown>);
const typesOf = (all: readonly Frame[]) => all.map(({ type }) => type);

async function open(update: unknown = toUpdate(), delays = {}) {
  const wire = createAgentWire({ delays });
  await wire.connect({ path, headers });
  if (update) wire.send(update);
  await wire.pass(10);
  return wire;
}

const longText = 'This is a rather long sentence, which takes some seconds until all of it has been said.';

describe('a simulated Realtime session', () => {
  it('begins with its settings, and tells those that were changed', async () => {
    const wire = await open();
    expect(typesOf(wire.got)).toEqual(['session.created', 'session.updated']);
    expect(wire.got[0]).toMatchObject({
      event_id: expect.stringMatching(/^event_/),
      session: {
        ...{ type: 'realtime', object: 'realtime.session', id: expect.stringMatching(/^sess_/) },
        ...{ model: 'gpt-realtime-2.1', instructions: '', tools: [] },
        audio: {
          input: { format: { type: 'audio/pcm', rate: 24_000 }, transcription: null, turn_detection: vad },
          output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy' },
        },
      },
    });
    expect(wire.got[1]).toMatchObject({
      session: {
        ...{ model: 'gpt-realtime-2.1', instructions: 'You are polite.', tools: [tool] },
        audio: { input: { format: pcmu, turn_detection: vad }, output: { format: pcmu, voice: 'marin' } },
      },
    });
    await wire.close();
    expect(wire.clock.pendingTimers).toBe(0);
  });

  it.each([
    [{ colour: 'red' }, 'unknown_parameter', 'session.colour'],
    [{ tools: [{ type: 'function', function: { name: 'x' } }] }, 'missing_required_parameter', 'session.tools.0.name'],
    [{ audio: { input: { format: 'g711_ulaw' } } }, 'invalid_value', 'session.audio.input.format'],
    [{ audio: { input: { format: { type: 'audio/opus' } } } }, 'invalid_value', 'session.audio.input.format.type'],
    [
      { audio: { input: { turn_detection: { ...vad, threshold: 2 } } } },
      'invalid_value',
      'session.audio.input.turn_detection.threshold',
    ],
    [
      { audio: { input: { turn_detection: { type: 'none' } } } },
      'invalid_value',
      'session.audio.input.turn_detection.type',
    ],
    [{ audio: { output: { voice: 'nobody' } } }, 'invalid_value', 'session.audio.output.voice'],
    [{ max_output_tokens: 0 }, 'invalid_value', 'session.max_output_tokens'],
    [{ type: undefined }, 'missing_required_parameter', 'session.type'],
  ])('refuses a session of %j', async (session, code, param) => {
    const wire = await open({ ...toUpdate(session), event_id: 'mine' });
    expect(typesOf(wire.got)).toEqual(['session.created', 'error']);
    expect(errors(wire.got)).toMatchObject([{ type: 'invalid_request_error', code, param, event_id: 'mine' }]);
    expect(wire.ends).toEqual([]);
    await wire.close();
  });

  it.each([
    ['/openai/v1/realtime', 400],
    ['/openai/v1/realtime?model=gpt-nothing', 404],
    ['/openai/v1/realtime?intent=transcription', 404],
  ])('has nothing at %s', async (address, status) => {
    const wire = createAgentWire();
    await wire.connect({ path: address, headers });
    expect(wire.ends).toMatchObject([{ code: 1006, refusedStatus: status }]);
    await wire.connect({ path, headers: {} });
    expect(wire.ends[1]).toMatchObject({ refusedStatus: 401 });
  });

  it('says exact words when it is told to, with each word’s text right before its sound', async () => {
    const wire = await open();
    wire.got.length = 0;
    wire.send(say('Hello "Sarah", good morning.'));
    await wire.pass(1500);
    const word = ['response.output_audio_transcript.delta', 'response.output_audio.delta'];
    expect(typesOf(wire.got)).toEqual([
      ...['response.created', 'response.output_item.added', 'conversation.item.added', 'response.content_part.added'],
      ...[...word, ...word, ...word, ...word],
      ...['response.output_audio.done', 'response.output_audio_transcript.done', 'response.content_part.done'],
      ...['response.output_item.done', 'conversation.item.done', 'response.done'],
    ]);
    const deltas = frames(wire.got, 'response.output_audio_transcript.delta');
    expect(deltas.map(({ delta }) => delta)).toEqual(['Hello ', '"Sarah", ', 'good ', 'morning.']);
    for (const [at, frame] of frames(wire.got, 'response.output_audio.delta').entries()) {
      const sound = Buffer.from(String(frame.delta), 'base64');
      expect(wordsIn(sound)).toEqual([String(deltas[at]?.delta).trim()]);
      expect(frame).toMatchObject({ output_index: 0, content_index: 0, response_id: deltas[at]?.response_id });
    }
    expect(responseOf(wire.got.at(-1))).toMatchObject({
      ...{ object: 'realtime.response', status: 'completed', status_details: null },
      output: [{ role: 'assistant', content: [{ type: 'output_audio', transcript: 'Hello "Sarah", good morning.' }] }],
      usage: { total_tokens: expect.any(Number) },
    });
    expect(wire.asked).toEqual([]);
    await wire.close();
  });

  it('takes the person’s turn by its sound, in the documented order, and writes down the words later', async () => {
    const wire = await open();
    wire.got.length = 0;
    const speech = Buffer.concat([toSilence(1000), toSpeech('Are you there?'), toSilence(1200)]);
    await wire.speak(speech, toAppend);
    await wire.pass(500);
    const notWords = wire.got.filter(({ type }) => !type.endsWith('audio.delta') && !type.endsWith('transcript.delta'));
    const transcription = 'conversation.item.input_audio_transcription.completed';
    expect(typesOf(notWords).filter((type) => !type.includes('input_audio_transcription'))).toEqual([
      ...['input_audio_buffer.speech_started', 'input_audio_buffer.speech_stopped', 'input_audio_buffer.committed'],
      ...['conversation.item.added', 'conversation.item.done', 'response.created', 'response.output_item.added'],
      ...['conversation.item.added', 'response.content_part.added', 'response.output_audio.done'],
      ...['response.output_audio_transcript.done', 'response.content_part.done', 'response.output_item.done'],
      ...['conversation.item.done', 'response.done'],
    ]);
    const [started, stopped, committed] = notWords;
    const { item_id } = committed as Frame;
    expect(started).toMatchObject({ item_id, audio_start_ms: expect.any(Number) });
    expect(Math.abs(Number(started?.audio_start_ms) - 700)).toBeLessThanOrEqual(100);
    const endMs = 1000 + toSpeech('Are you there?').length / 8;
    expect(Math.abs(Number(stopped?.audio_end_ms) - (endMs + 500))).toBeLessThanOrEqual(60);
    expect(typesOf(wire.got).indexOf(transcription)).toBeGreaterThan(typesOf(wire.got).indexOf('response.created'));
    expect(frames(wire.got, transcription)).toMatchObject([
      { item_id, content_index: 0, transcript: 'Are you there?' },
    ]);
    expect(wordsIn(soundOf(wire.got)).join(' ')).toBe('You said this: Are you there?');
    expect(wire.asked).toMatchObject([{ instructions: 'You are polite.', tools: ['look_up'] }]);
    await wire.close();
  });

  it('cancels the response that the person speaks into', async () => {
    const wire = await open(toUpdate(), { soundSpeed: 1 });
    wire.send(say(longText));
    await wire.pass(1500);
    wire.got.length = 0;
    await wire.speak(toSpeech('Stop it'), toAppend);
    const types = typesOf(wire.got);
    const from = types.indexOf('input_audio_buffer.speech_started');
    expect(types.slice(from + 1, from + 7)).toEqual([
      ...['response.output_audio.done', 'response.output_audio_transcript.done', 'response.content_part.done'],
      ...['response.output_item.done', 'conversation.item.done', 'response.done'],
    ]);
    expect(types.slice(from + 7)).toEqual([]);
    expect(responseOf(wire.got.at(-1))).toMatchObject({
      ...{ status: 'cancelled', status_details: { type: 'cancelled', reason: 'turn_detected' } },
      output: [{ status: 'incomplete' }],
    });
    await wire.close();
  });

  it('goes on talking where it may not be interrupted, and answers only when asked where it may not by itself', async () => {
    const detection = { ...vad, create_response: false, interrupt_response: false };
    const wire = await open(toUpdate({}, detection), { soundSpeed: 1 });
    wire.send(say(longText));
    await wire.pass(500);
    await wire.speak(Buffer.concat([toSpeech('Stop it'), toSilence(9000)]), toAppend);
    expect(frames(wire.got, 'response.done').map(responseOf)).toMatchObject([{ status: 'completed' }]);
    expect(frames(wire.got, 'input_audio_buffer.committed')).toHaveLength(1);
    wire.send({ type: 'response.create' });
    await wire.pass(3000);
    expect(wire.asked.at(-1)?.said.at(-1)).toEqual({ by: 'person', text: 'Stop it' });
    await wire.close();
  });

  it('forgets what was cut off a reply, and refuses to cut more than there is', async () => {
    const wire = await open();
    wire.send(say(longText));
    await wire.pass(2000);
    const { item_id } = frames(wire.got, 'response.output_audio.done')[0] as Frame;
    const soundMs = soundOf(wire.got).length / 8;
    const truncate = { type: 'conversation.item.truncate', item_id, content_index: 0 };
    wire.send({ ...truncate, audio_end_ms: Math.floor(soundMs) + 1, event_id: 'too-much' });
    wire.send({ ...truncate, item_id: 'item_none', audio_end_ms: 0 });
    wire.send({ ...truncate, audio_end_ms: 1500 });
    await wire.pass(10);
    expect(errors(wire.got)).toMatchObject([
      { code: 'invalid_value', event_id: 'too-much', message: expect.stringContaining('already shorter than') },
      { code: 'item_truncate_invalid_item_id' },
    ]);
    expect(wire.got.at(-1)).toMatchObject({
      ...{ type: 'conversation.item.truncated', item_id, content_index: 0, audio_end_ms: 1500 },
    });
    await wire.speak(Buffer.concat([toSpeech('Go on'), toSilence(700)]), toAppend);
    const [heard, person] = wire.asked.at(-1)?.said ?? [];
    expect(person).toEqual({ by: 'person', text: 'Go on' });
    expect(longText.startsWith(String(heard?.text))).toBe(true);
    expect(heard?.text).toBe('This is a rather long');
    wire.send({ ...truncate, audio_end_ms: 1501 });
    await wire.pass(10);
    expect(errors(wire.got)).toHaveLength(3);
    await wire.close();
  });

  it('calls a tool, and goes on once the client gives what it found and asks for a response', async () => {
    const wire = await open();
    await wire.speak(Buffer.concat([toSpeech('When are you free?'), toSilence(600)]), toAppend);
    await wire.pass(1500);
    const types = typesOf(wire.got);
    const from = types.lastIndexOf('response.output_item.added');
    expect(types.slice(from).filter((type) => !type.includes('transcription'))).toEqual([
      ...['response.output_item.added', 'conversation.item.added'],
      ...['response.function_call_arguments.delta', 'response.function_call_arguments.delta'],
      ...['response.function_call_arguments.done', 'response.output_item.done', 'conversation.item.done'],
      'response.done',
    ]);
    const deltas = frames(wire.got, 'response.function_call_arguments.delta').map(({ delta }) => delta);
    expect(deltas.join('')).toBe('{"day":"Monday"}');
    const output = responseOf(frames(wire.got, 'response.done').at(-1)).output as Record<string, unknown>[];
    expect(output).toMatchObject([
      { type: 'message', content: [{ transcript: 'Let me look.' }] },
      { type: 'function_call', name: 'look_up', arguments: '{"day":"Monday"}', status: 'completed' },
    ]);
    const item = { type: 'function_call_output', call_id: output[1]?.call_id, output: 'noon' };
    wire.send({ type: 'conversation.item.create', item: { ...item, call_id: 'call_other' } });
    wire.send({ type: 'conversation.item.create', item });
    await wire.pass(500);
    expect(errors(wire.got)).toMatchObject([{ code: 'invalid_tool_call_id' }]);
    expect(frames(wire.got, 'response.created')).toHaveLength(1);
    wire.send({ type: 'response.create' });
    await wire.pass(1500);
    const words = frames(wire.got, 'response.output_audio_transcript.done').map(({ transcript }) => transcript);
    expect(words).toEqual(['Let me look.', 'I found this: noon.']);
    await wire.close();
  });

  it('has one response at a time, and cancels it when told', async () => {
    const wire = await open();
    wire.send({ type: 'response.cancel', event_id: 'a' });
    wire.send({ type: 'response.create' });
    wire.send({ type: 'response.create', event_id: 'b' });
    wire.send({ type: 'response.cancel', response_id: 'resp_other', event_id: 'c' });
    wire.send({ type: 'response.cancel' });
    await wire.pass(1000);
    expect(errors(wire.got).map(({ code, event_id }) => [event_id, code])).toEqual([
      ['a', 'response_cancel_not_active'],
      ['b', 'conversation_already_has_active_response'],
      ['c', 'response_cancel_not_active'],
    ]);
    expect(frames(wire.got, 'response.done').map(responseOf)).toMatchObject([
      { status: 'cancelled', status_details: { reason: 'client_cancelled' }, output: [] },
    ]);
    expect(soundOf(wire.got)).toHaveLength(0);
    await wire.close();
    expect(wire.clock.pendingTimers).toBe(0);
  });

  it('reads what was said before, and keeps items in their order', async () => {
    const wire = await open();
    const toItem = (role: string, text: string, more = {}) => ({
      ...{
        type: 'conversation.item.create',
        item: { type: 'message', role, content: [{ type: 'input_text', text }], ...more },
      },
    });
    wire.send(toItem('user', 'Second', { id: 'second' }));
    wire.send({ ...toItem('assistant', 'First', { id: 'first' }), previous_item_id: 'root' });
    wire.send({ ...toItem('user', 'Lost'), previous_item_id: 'nowhere' });
    wire.send(toItem('user', 'Twice', { id: 'first' }));
    wire.send(toItem('system', 'Be short.'));
    wire.send({ ...toItem('user', 'Gone', { id: 'gone' }), previous_item_id: 'first' });
    wire.send({ type: 'conversation.item.delete', item_id: 'gone' });
    wire.send({ type: 'conversation.item.retrieve', item_id: 'first' });
    wire.send({ type: 'response.create' });
    await wire.pass(100);
    expect(wire.asked).toMatchObject([
      {
        instructions: 'You are polite.\nBe short.',
        said: [
          { by: 'agent', text: 'First' },
          { by: 'person', text: 'Second' },
        ],
      },
    ]);
    expect(errors(wire.got).map(({ code }) => code)).toEqual([
      ...['item_create_invalid_previous_item_id', 'item_create_duplicate_item_id'],
    ]);
    expect(frames(wire.got, 'conversation.item.retrieved')).toMatchObject([{ item: { id: 'first' } }]);
    await wire.close();
  });

  it('waits for a commit where nobody listens for the end of a turn', async () => {
    const wire = await open(toUpdate({}, null));
    await wire.speak(Buffer.concat([toSpeech('Are you there?'), toSilence(2000)]), toAppend);
    expect(typesOf(wire.got).slice(2)).toEqual([]);
    wire.send({ type: 'input_audio_buffer.commit' });
    wire.send({ type: 'input_audio_buffer.commit' });
    await wire.pass(500);
    expect(frames(wire.got, 'input_audio_buffer.committed')).toHaveLength(1);
    expect(errors(wire.got)).toMatchObject([{ code: 'input_audio_buffer_commit_empty' }]);
    expect(frames(wire.got, 'conversation.item.input_audio_transcription.completed')).toMatchObject([
      { transcript: 'Are you there?' },
    ]);
    await wire.speak(toSpeech('Never mind'), toAppend);
    wire.send({ type: 'input_audio_buffer.clear' });
    await wire.pass(10);
    expect(typesOf(wire.got).at(-1)).toBe('input_audio_buffer.cleared');
    expect(frames(wire.got, 'response.created')).toEqual([]);
    await wire.close();
  });

  it('speaks linear samples at 24 kHz unless told otherwise, and keeps its voice once it has spoken', async () => {
    const wire = await open(null);
    wire.send(say('Hello to you.'));
    await wire.pass(1000);
    expect(wordsIn(fromWire(soundOf(wire.got), { pcmTimes: 3 })).join(' ')).toBe('Hello to you.');
    wire.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'marin' } } } });
    await wire.pass(10);
    expect(errors(wire.got)).toMatchObject([{ code: 'cannot_update_voice' }]);
    await wire.close();
  });

  it('tells of a brain that fails as of a failed response, and stays open', async () => {
    const wire = await open();
    await wire.speak(Buffer.concat([toSpeech('Are you broken?'), toSilence(600)]), toAppend);
    await wire.pass(100);
    expect(responseOf(frames(wire.got, 'response.done')[0])).toMatchObject({
      ...{ status: 'failed', status_details: { type: 'failed', error: { type: 'server_error' } } },
    });
    await wire.speak(Buffer.concat([toSpeech('And now?'), toSilence(600)]), toAppend);
    await wire.pass(1500);
    expect(responseOf(frames(wire.got, 'response.done')[1])).toMatchObject({ status: 'completed' });
    await wire.close();
  });

  it('keeps a response that is apart out of the conversation', async () => {
    const wire = await open();
    wire.send({ type: 'response.create', response: { conversation: 'none', metadata: { purpose: 'summary' } } });
    await wire.pass(2000);
    expect(responseOf(wire.got.at(-1))).toMatchObject({ conversation_id: null, metadata: { purpose: 'summary' } });
    wire.send({ type: 'response.create' });
    await wire.pass(100);
    expect(wire.asked.at(-1)?.said).toEqual([]);
    await wire.close();
  });

  it('is over after an hour', async () => {
    const wire = await open();
    wire.clock.advance(60 * 60 * 1000);
    await wire.pass(10);
    expect(errors(wire.got)).toMatchObject([{ code: 'session_expired' }]);
    expect(wire.ends).toHaveLength(1);
    expect(wire.clock.pendingTimers).toBe(0);
  });

  it('answers every mistake with an error, and stays open', async () => {
    const wire = await open();
    const mistakes = [
      ...['{', '[]', '"text"', 'null', '', { type: 'no.such.event' }, {}, { type: 'input_audio_buffer.append' }],
      ...[{ type: 'input_audio_buffer.append', audio: 5 }, { type: 'conversation.item.create' }],
      ...[{ type: 'conversation.item.create', item: { type: 'message', role: 'nobody', content: [] } }],
      ...[{ type: 'output_audio_buffer.clear' }, { type: 'response.create', response: { tools: 'none' } }],
      ...[
        { type: 'conversation.item.delete', item_id: 'x' },
        { type: 'conversation.item.retrieve', item_id: 'x' },
      ],
    ];
    for (const mistake of mistakes) wire.send(mistake);
    await wire.pass(10);
    expect(errors(wire.got)).toHaveLength(mistakes.length);
    expect(wire.ends).toEqual([]);
    await wire.close();
  });
});
