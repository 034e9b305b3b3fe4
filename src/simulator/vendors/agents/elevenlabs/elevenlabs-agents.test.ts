import { describe, expect, it } from 'vitest';
import type { SimulatedAgent } from '../agent-endpoints.ts';
import { createAgentWire, type Frame, frames, toSilence, toSpeech, wordsIn } from '../testing/wire.ts';
import { fromWire } from '../wire-sound.ts';

const clinic: SimulatedAgent = {
  id: 'agent_clinic',
  firstMessage: 'Hello {{ customer_name }}, this is the clinic about your visit on {{day}}.',
  prompt: 'You speak to {{customer_name}} for a clinic.',
  tools: ['look_up'],
  overrides: ['language'],
};
const asker: SimulatedAgent = { id: 'agent_asker', firstMessage: null, prompt: 'You ask.' };
const listener: SimulatedAgent = { id: 'agent_open', firstMessage: '', prompt: '', tools: ['look_up'], isPublic: true };

const key = { 'xi-api-key': 'sk_test' };
const address = (agent: string) => `/elevenlabs/v1/convai/conversation?agent_id=${agent}`;
const initiation = (variables: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  ...{ type: 'conversation_initiation_client_data', dynamic_variables: variables },
  ...more,
});
const toChunk = (base64: string) => ({ user_audio_chunk: base64 });

interface AudioEvent {
  audio_base_64: string;
  event_id: number;
  alignment: { chars: string[]; char_start_times_ms: number[]; char_durations_ms: number[] };
}

const audioOf = (frame: Frame) => frame.audio_event as AudioEvent;
const soundOf = (all: readonly Frame[]) =>
  Buffer.concat(frames(all, 'audio').map((frame) => Buffer.from(audioOf(frame).audio_base_64, 'base64')));

async function open(agent: string, variables?: Record<string, unknown>, delays = {}) {
  const wire = createAgentWire({ agents: [clinic, asker, listener], delays });
  await wire.connect({ path: address(agent), headers: key });
  if (variables) wire.send(initiation(variables));
  await wire.pass(10);
  return wire;
}

/** Answers pings in time for as long as it runs. */
async function passWithPongs(wire: Awaited<ReturnType<typeof open>>, ms: number) {
  let answered = 0;
  for (let left = ms; left > 0; left -= 1000) {
    await wire.pass(Math.min(left, 1000));
    const pings = frames(wire.got, 'ping');
    for (const ping of pings.slice(answered)) {
      wire.send({ type: 'pong', event_id: (ping.ping_event as { event_id: number }).event_id });
    }
    answered = pings.length;
  }
}

describe('a simulated ElevenLabs agent', () => {
  it('tells the formats first, then says its first message with the caller’s values, word for word', async () => {
    const wire = await open('agent_clinic', { customer_name: 'Sarah Johnson', day: 'Monday' });
    await wire.pass(2000);
    expect(wire.got[0]).toEqual({
      type: 'conversation_initiation_metadata',
      conversation_initiation_metadata_event: {
        conversation_id: expect.stringMatching(/^conv_/),
        agent_output_audio_format: 'ulaw_8000',
        user_input_audio_format: 'ulaw_8000',
      },
    });
    const text = 'Hello Sarah Johnson, this is the clinic about your visit on Monday.';
    expect(wire.got[1]).toEqual({
      type: 'agent_response',
      agent_response_event: { agent_response: text, event_id: 1 },
    });
    const audio = frames(wire.got, 'audio');
    expect(wire.got.slice(2, 2 + audio.length)).toEqual(audio);
    expect(audio.length).toBeGreaterThanOrEqual(2);
    expect(audio.length).toBeLessThanOrEqual(4);
    expect(audio.map((frame) => audioOf(frame).event_id)).toEqual(audio.map(() => 1));
    expect(audio.flatMap((frame) => audioOf(frame).alignment.chars).join('')).toBe(text);
    expect(wordsIn(soundOf(wire.got)).join(' ')).toBe(text);
    await wire.close();
  });

  it('gives each character its time from the beginning of its own chunk', async () => {
    const wire = await open('agent_clinic', { customer_name: 'Ann', day: 'Friday' });
    await wire.pass(2000);
    for (const frame of frames(wire.got, 'audio')) {
      const { alignment, audio_base_64 } = audioOf(frame);
      const { chars, char_start_times_ms: starts, char_durations_ms: durations } = alignment;
      expect([starts.length, durations.length]).toEqual([chars.length, chars.length]);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      expect(starts[0]).toBeGreaterThanOrEqual(0);
      const lengthMs = Buffer.from(audio_base_64, 'base64').length / 8;
      expect((starts.at(-1) ?? 0) + (durations.at(-1) ?? 0)).toBeLessThanOrEqual(lengthMs + 1);
    }
    await wire.close();
  });

  it('refuses a conversation that lacks a variable of its texts, and ends it', async () => {
    const wire = await open('agent_clinic', { customer_name: 'Sarah' });
    expect(wire.got).toMatchObject([
      {
        type: 'error',
        error_event: {
          ...{ code: 1008, error_type: 'missing_dynamic_variable' },
          message: 'Missing required dynamic variables: day',
        },
      },
    ]);
    expect(wire.ends).toMatchObject([{ code: 1008 }]);
    expect(wire.clock.pendingTimers).toBe(0);
  });

  it('refuses an override that its settings do not allow, and takes one that they do', async () => {
    const refused = await open('agent_clinic');
    refused.send(initiation({}, { conversation_config_override: { agent: { first_message: 'Hi!' } } }));
    await refused.pass(10);
    expect(refused.got).toMatchObject([{ type: 'error', error_event: { error_type: 'override_error' } }]);
    expect(refused.ends).toMatchObject([{ code: 1008 }]);
    const allowed = await open('agent_asker');
    allowed.send(
      initiation({ name: 'Ann' }, { conversation_config_override: { agent: { first_message: 'Hi {{name}}!' } } }),
    );
    await allowed.pass(1000);
    expect(frames(allowed.got, 'agent_response')).toMatchObject([
      { agent_response_event: { agent_response: 'Hi Ann!' } },
    ]);
    await allowed.close();
  });

  it('never reads a caller’s value as a template', async () => {
    const wire = await open('agent_clinic', { customer_name: '{{day}} $& {{secret}}', day: 'Monday' });
    await wire.pass(10);
    await wire.pass(1000);
    const [response] = frames(wire.got, 'agent_response');
    expect(response?.agent_response_event).toMatchObject({
      agent_response: 'Hello {{day}} $& {{secret}}, this is the clinic about your visit on Monday.',
    });
    await wire.close();
  });

  it.each([
    [{ user_audio_chunk: Buffer.from(toSilence(20)).toString('base64') }],
    [{ type: 'user_message', text: 'Hello?' }],
    ['{"type": "conversation_'],
    [{ type: 'no_such_message' }],
    [{ user_audio_chunk: 7 }],
  ])('closes with 1008 on %j before the metadata', async (message) => {
    const wire = await open('agent_clinic');
    wire.send(message);
    await wire.pass(10);
    expect(frames(wire.got, 'error')).toMatchObject([{ error_event: { code: 1008, error_type: 'invalid_message' } }]);
    expect(wire.ends).toMatchObject([{ code: 1008 }]);
    expect(wire.clock.pendingTimers).toBe(0);
  });

  it('begins without the client’s data when none comes', async () => {
    const wire = await open('agent_asker');
    await wire.pass(2000);
    expect(wire.got.slice(0, 2)).toMatchObject([
      { type: 'conversation_initiation_metadata' },
      { agent_response_event: { agent_response: 'Good morning, what is it about?' } },
    ]);
    await wire.close();
  });

  it('greets by name where no such agent was set up', async () => {
    const wire = await open('agent_unknown', { customer_name: 'Sarah', plan: 'Gold' });
    await wire.pass(1000);
    expect(frames(wire.got, 'agent_response')).toMatchObject([
      { agent_response_event: { agent_response: 'Hello Sarah, how can I help you today?' } },
    ]);
    await wire.speak(Buffer.concat([toSilence(3000), toSpeech('What is my plan?'), toSilence(900)]), toChunk);
    expect(wire.asked.at(-1)?.instructions).toContain('plan: Gold');
    await wire.close();
  });

  it('hears what the person says, word by word, and answers it', async () => {
    const wire = await open('agent_open', {});
    await wire.speak(Buffer.concat([toSpeech('Are you there?'), toSilence(1500)]), toChunk);
    await wire.pass(1000);
    const types = wire.got.map(({ type }) => type).filter((type) => type !== 'ping');
    const tentative = 'tentative_user_transcript';
    expect(types.slice(0, 6)).toEqual([
      ...['conversation_initiation_metadata', tentative, tentative, tentative],
      ...['user_transcript', 'agent_response'],
    ]);
    expect(frames(wire.got, tentative).at(-1)).toMatchObject({
      tentative_user_transcription_event: { user_transcript: 'Are you there?' },
    });
    expect(frames(wire.got, 'user_transcript')).toEqual([
      { type: 'user_transcript', user_transcription_event: { user_transcript: 'Are you there?', event_id: 1 } },
    ]);
    expect(wordsIn(soundOf(wire.got)).join(' ')).toBe('You said this: Are you there?');
    await wire.close();
  });

  it('sends a long reply faster than it sounds', async () => {
    const wire = await open('agent_clinic', { customer_name: 'Sarah', day: 'Monday' });
    await wire.pass(700);
    const soundMs = soundOf(wire.got).length / 8;
    expect(soundMs).toBeGreaterThan(3500);
    await wire.close();
  });

  it('yields to the person’s words, and tells how much of its own was heard', async () => {
    const wire = await open('agent_clinic', { customer_name: 'Sarah', day: 'Monday' });
    await wire.pass(1000);
    const before = wire.got.length;
    await wire.speak(Buffer.concat([toSpeech('Wait please'), toSilence(900)]), toChunk);
    await wire.pass(500);
    const [first, second] = wire.got.slice(before);
    expect(first).toEqual({ type: 'interruption', interruption_event: { event_id: 1 } });
    const { agent_response_correction_event: correction } = second as unknown as {
      agent_response_correction_event: Record<string, string>;
    };
    const original = 'Hello Sarah, this is the clinic about your visit on Monday.';
    expect(correction).toMatchObject({ original_agent_response: original, event_id: 1 });
    const { corrected_agent_response: corrected = '' } = correction;
    expect(original.startsWith(corrected)).toBe(true);
    expect(corrected.length).toBeGreaterThan(10);
    expect(corrected.length).toBeLessThan(original.length);
    expect(frames(wire.got, 'interruption')).toHaveLength(1);
    expect(wire.asked.at(-1)?.said).toEqual([
      { by: 'agent', text: corrected },
      { by: 'person', text: 'Wait please' },
    ]);
    const later = frames(wire.got.slice(before), 'audio').map((frame) => audioOf(frame).event_id);
    expect(Math.min(...later)).toBeGreaterThan(1);
    await wire.close();
  });

  it('does not count what it took back as still to be heard', async () => {
    const wire = await open('agent_clinic', { customer_name: 'Sarah', day: 'Monday' });
    await wire.pass(1000);
    await wire.speak(Buffer.concat([toSpeech('No'), toSilence(2400)]), toChunk);
    expect(frames(wire.got, 'agent_response').at(-1)).toMatchObject({
      agent_response_event: { agent_response: 'You said this: No' },
    });
    await wire.speak(Buffer.concat([toSpeech('Well'), toSilence(900)]), toChunk);
    expect(frames(wire.got, 'interruption')).toHaveLength(1);
    await wire.close();
  });

  it('says goodbye to the end, whatever the person says meanwhile', async () => {
    const wire = await open('agent_open', {});
    await wire.speak(Buffer.concat([toSpeech('Well bye'), toSilence(1200)]), toChunk);
    await wire.speak(Buffer.concat([toSpeech('Oh wait'), toSilence(2000)]), toChunk);
    expect(frames(wire.got, 'interruption')).toEqual([]);
    expect(frames(wire.got, 'user_transcript')).toHaveLength(1);
    expect(wire.ends).toMatchObject([{ code: 1000 }]);
  });

  it('is not interrupted by a cough, nor by words after all has sounded', async () => {
    const wire = await open('agent_clinic', { customer_name: 'Sarah', day: 'Monday' });
    await wire.pass(500);
    const cough = toSpeech('mmm').map((byte) => byte & 0xfe);
    await wire.speak(Buffer.concat([cough, toSilence(6000)]), toChunk);
    await wire.speak(Buffer.concat([toSpeech('Fine.'), toSilence(900)]), toChunk);
    expect(frames(wire.got, 'interruption', 'agent_response_correction')).toEqual([]);
    expect(frames(wire.got, 'user_transcript')).toHaveLength(1);
    await wire.close();
  });

  it('leaves out words whose sound broke off', async () => {
    const wire = await open('agent_open', {});
    const speech = toSpeech('One two three');
    await wire.speak(Buffer.concat([speech.subarray(0, speech.length - 1200), toSilence(2500)]), toChunk);
    expect(frames(wire.got, 'user_transcript')).toMatchObject([
      { user_transcription_event: { user_transcript: 'One two' } },
    ]);
    await wire.close();
  });

  it('calls a tool of the client, waits for what it gives, and thinks on', async () => {
    const wire = await open('agent_open', {});
    await wire.speak(Buffer.concat([toSpeech('When are you free?'), toSilence(900)]), toChunk);
    await wire.pass(1000);
    const [call] = frames(wire.got, 'client_tool_call');
    expect(call).toEqual({
      type: 'client_tool_call',
      client_tool_call: {
        ...{ tool_name: 'look_up', tool_call_id: expect.stringMatching(/^toolcall_/) },
        ...{ parameters: { day: 'Monday' }, event_id: 2 },
      },
    });
    const { tool_call_id } = call!.client_tool_call as { tool_call_id: string };
    await wire.pass(1000);
    expect(frames(wire.got, 'agent_response')).toMatchObject([
      { agent_response_event: { agent_response: 'Let me look.' } },
    ]);
    wire.send({ type: 'client_tool_result', tool_call_id, result: 'noon', is_error: false });
    await wire.pass(500);
    expect(frames(wire.got, 'agent_response').at(-1)).toMatchObject({
      agent_response_event: { agent_response: 'I found this: noon.' },
    });
    expect(wire.asked.at(-1)?.said.at(-1)).toEqual({ by: 'tool', name: 'look_up', text: 'noon' });
    await wire.close();
  });

  it('goes on when the client never answers for its tool', async () => {
    const wire = await open('agent_open', {});
    await wire.speak(Buffer.concat([toSpeech('When are you free?'), toSilence(900)]), toChunk);
    await passWithPongs(wire, 22_000);
    expect(frames(wire.got, 'agent_response').at(-1)).toMatchObject({
      agent_response_event: { agent_response: expect.stringContaining('did not answer in time') },
    });
    await wire.close();
  });

  it('ends the conversation with 1000 once its goodbye would have sounded', async () => {
    const wire = await open('agent_open', {});
    await wire.speak(Buffer.concat([toSpeech('Well bye'), toSilence(900)]), toChunk);
    const spokenMs = () => soundOf(wire.got).length / 8;
    await wire.pass(500);
    expect(wordsIn(soundOf(wire.got)).join(' ')).toBe('Thank you and goodbye.');
    expect(wire.ends).toEqual([]);
    await wire.pass(spokenMs() - 700);
    expect(wire.ends).toEqual([]);
    await wire.pass(800);
    expect(wire.ends).toMatchObject([{ code: 1000 }]);
    expect(wire.clock.pendingTimers).toBe(0);
  });

  it('takes text in place of speech, and context without a reply', async () => {
    const wire = await open('agent_open', {});
    wire.send({ type: 'contextual_update', text: 'The person pressed 1.', context_id: 'keys' });
    wire.send({ type: 'contextual_update', text: 'The person pressed 2.', context_id: 'keys' });
    await wire.pass(500);
    expect(wire.asked).toEqual([]);
    wire.send({ type: 'user_message', text: 'Go on' });
    await wire.pass(500);
    expect(frames(wire.got, 'agent_response')).toMatchObject([
      { agent_response_event: { agent_response: 'You said this: Go on' } },
    ]);
    expect(wire.asked.at(-1)?.instructions).toBe('\nThe person pressed 2.');
    await wire.close();
  });

  it('pings, and gives up a client that does not answer', async () => {
    const wire = await open('agent_open', {});
    await passWithPongs(wire, 60_000);
    expect(frames(wire.got, 'ping').length).toBeGreaterThan(10);
    expect(frames(wire.got, 'ping')[0]).toEqual({ type: 'ping', ping_event: { event_id: 1, ping_ms: 50 } });
    expect(wire.ends).toEqual([]);
    await wire.pass(20_000);
    expect(frames(wire.got, 'error')).toMatchObject([{ error_event: { error_type: 'transport_receive_timeout' } }]);
    expect(wire.ends).toMatchObject([{ code: 1008 }]);
    expect(wire.clock.pendingTimers).toBe(0);
  });

  it('says so when its brain fails, and closes', async () => {
    const wire = await open('agent_open', {});
    wire.send({ type: 'user_message', text: 'Are you broken?' });
    await wire.pass(100);
    expect(frames(wire.got, 'error')).toMatchObject([{ error_event: { code: 1011, error_type: 'llm_error' } }]);
    expect(wire.ends).toMatchObject([{ code: 1011 }]);
  });

  it('speaks linear samples where it was set up so', async () => {
    const agent: SimulatedAgent = {
      ...{ id: 'pcm', firstMessage: 'Hello to you.', prompt: '' },
      ...{ outputFormat: 'pcm_16000', inputFormat: 'pcm_16000' },
    };
    const wire = createAgentWire({ agents: [agent] });
    await wire.connect({ path: address('pcm'), headers: key });
    wire.send(initiation());
    await wire.pass(1000);
    expect(wire.got[0]).toMatchObject({
      conversation_initiation_metadata_event: { agent_output_audio_format: 'pcm_16000' },
    });
    expect(wordsIn(fromWire(soundOf(wire.got), { pcmTimes: 2 })).join(' ')).toBe('Hello to you.');
    await wire.close();
  });

  it('survives garbage', async () => {
    const wire = await open('agent_open', {});
    wire.send({
      user_audio_chunk: Buffer.from(Array.from({ length: 9001 }, (_, at) => (at * 7919) % 256)).toString('base64'),
    });
    wire.send({ user_audio_chunk: '%%%' });
    wire.send('[]');
    await wire.pass(100);
    expect(wire.ends).toMatchObject([{ code: 1008 }]);
  });
});

describe('a private ElevenLabs agent', () => {
  it('takes a key or a signed URL, which lets in once, and a public one neither', async () => {
    const wire = createAgentWire({ agents: [clinic, listener] });
    await wire.connect({ path: address('agent_clinic'), headers: {} });
    expect(wire.ends).toMatchObject([{ code: 1006, refusedStatus: 401 }]);
    const asked = 'http://vendors.test/elevenlabs/v1/convai/conversation/get-signed-url?agent_id=agent_clinic';
    expect((await wire.fetch(asked)).status).toBe(401);
    const answer = await wire.fetch(asked, { headers: key });
    const { signed_url } = (await answer.json()) as { signed_url: string };
    expect(signed_url).toMatch(
      /^ws:\/\/vendors\.test\/elevenlabs\/v1\/convai\/conversation\?agent_id=agent_clinic&conversation_signature=cvtkn_/,
    );
    await wire.connect({ path: signed_url, headers: {} });
    wire.send(initiation({ customer_name: 'Sarah', day: 'Monday' }));
    await wire.pass(10);
    expect(wire.got).toMatchObject([{ type: 'conversation_initiation_metadata' }]);
    await wire.close();
    const again = createAgentWire({ agents: [clinic, listener] });
    await again.connect({ path: signed_url, headers: {} });
    expect(again.ends).toMatchObject([{ refusedStatus: 403 }]);
    await again.connect({ path: address('agent_open'), headers: {} });
    await again.pass(2000);
    expect(again.got).toMatchObject([{ type: 'conversation_initiation_metadata' }]);
    await again.close();
  });

  it('does not let in twice by one signed URL, nor after fifteen minutes', async () => {
    const wire = createAgentWire({ agents: [clinic] });
    const ask = async () => {
      const url = 'http://vendors.test/elevenlabs/v1/convai/conversation/get-signed-url?agent_id=agent_clinic';
      const answer = await wire.fetch(url, { headers: key });
      return ((await answer.json()) as { signed_url: string }).signed_url;
    };
    const [first, late] = [await ask(), await ask()];
    await wire.connect({ path: first, headers: {} });
    await wire.connect({ path: first, headers: {} });
    expect(wire.ends).toMatchObject([{ refusedStatus: 403 }]);
    wire.clock.advance(15 * 60 * 1000 + 1);
    await wire.connect({ path: late, headers: {} });
    await wire.pass(10);
    expect(wire.ends.at(-1)).toMatchObject({ code: 1008, reason: 'The signed URL has expired' });
    await wire.close();
  });

  it('asks for the agent’s id', async () => {
    const wire = createAgentWire();
    const answer = await wire.fetch('http://vendors.test/elevenlabs/v1/convai/conversation/get-signed-url', {
      headers: key,
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({
      detail: [{ loc: ['query', 'agent_id'], msg: 'Field required', type: 'missing' }],
    });
    await wire.connect({ path: '/elevenlabs/v1/convai/conversation?x=1', headers: key });
    expect(wire.ends).toMatchObject([{ refusedStatus: 400 }]);
  });
});
