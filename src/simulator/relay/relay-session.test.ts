import { describe, expect, it } from 'vitest';
import type { ApplicationSocket } from '../in-process-outside.ts';
import { createVirtualNetwork, type Frame, relayApplication, twiml } from '../testing/virtual-network.ts';
import { signTwilioRequest } from '../twilio-signature.ts';

const silent = 'answers after 1s\nstays silent';
const text = (token: string, last = true, more: Record<string, unknown> = {}) => ({
  type: 'text',
  token,
  last,
  ...more,
});

type Hear = (frame: Frame, send: (message: unknown) => void, socket: ApplicationSocket) => void;

/** Runs one call against a relay application for a while. */
async function run(setup: { hear: Hear; script: string; attributes?: string; ms?: number; after?: string }) {
  const options = { attributes: setup.attributes ?? '', after: twiml(setup.after ?? '<Hangup/>') };
  const application = relayApplication(setup.hear, options);
  const { network, pass, call } = createVirtualNetwork(application, setup.script);
  const sid = await call();
  await pass(setup.ms ?? 20_000);
  const { record } = network.find(sid)!;
  const of = (type: string) => application.frames.filter((frame) => frame.type === type);
  const action = record.webhooks.find(({ kind }) => kind === 'action')?.parameters;
  return { application, network, pass, record, of, action, sid };
}

describe('a relay session', () => {
  it('opens with one setup that carries the call and the parameters', async () => {
    const { application, of, record } = await run({ hear: () => {}, script: silent });
    expect(application.frames[0]!.type).toBe('setup');
    expect(of('setup')).toEqual([
      expect.objectContaining({
        sessionId: expect.stringMatching(/^VX[0-9a-f]{32}$/),
        callSid: record.sid,
        callStatus: 'IN_PROGRESS',
        direction: 'outbound-api',
        customParameters: { job: '42' },
      }),
    ]);
  });

  it('is opened with a signature over the socket’s URL', async () => {
    const application = relayApplication(() => {});
    let signature: string | undefined;
    const { socket } = application;
    application.socket = (request, end) => {
      signature = request.headers['x-twilio-signature'];
      return socket!(request, end);
    };
    const { pass, call } = createVirtualNetwork(application, silent);
    await call();
    await pass(5000);
    expect(signature).toBe(signTwilioRequest('secret-of-the-test', 'wss://app.test/relay'));
  });

  it('sends what the person said 0.3 to 0.6 s after they ended', async () => {
    const { record, of } = await run({
      hear: () => {},
      script: 'answers after 1s\nwaits 2s\nsays "It is me."\nstays silent',
    });
    expect(of('prompt')).toEqual([{ type: 'prompt', voicePrompt: 'It is me.', lang: 'en-US', last: true }]);
    const prompt = record.relayFrames.find((frame) => frame.text.includes('voicePrompt'))!;
    const delayMs = prompt.atMs - record.said[0]!.endedAtMs;
    expect(delayMs).toBeGreaterThanOrEqual(300);
    expect(delayMs).toBeLessThanOrEqual(620);
    expect(record.said[0]!.reachedApp).toBe(true);
  });

  it('sends what was said so far when partial prompts are wanted', async () => {
    const { of } = await run({
      hear: () => {},
      script: 'answers after 1s\nwaits 2s\nsays "one two three four five six"\nstays silent',
      attributes: 'partialPrompts="true"',
    });
    const prompts = of('prompt');
    expect(prompts.length).toBeGreaterThan(2);
    expect(prompts[0]).toMatchObject({ voicePrompt: 'one two', last: false });
    expect(prompts.at(-1)).toMatchObject({ voicePrompt: 'one two three four five six', last: true });
  });

  it('stops the voice when the person interrupts and tells what was heard and how long it took', async () => {
    const { record, of } = await run({
      hear: (frame, send) => frame.type === 'setup' && send(text('one two three four five six seven eight')),
      script: 'answers after 1s\ninterrupts after 3 words "Stop."\nstays silent',
      attributes: 'debug="speaker-events tokens-played"',
    });
    const expectedMs = Math.round(('one two three '.length / 15) * 1000);
    const [interrupt] = of('interrupt');
    expect(interrupt!.utteranceUntilInterrupt).toBe('one two three');
    expect(Math.abs(Number(interrupt!.durationUntilInterruptMs) - expectedMs)).toBeLessThanOrEqual(20);
    expect(record.heard[0]).toMatchObject({
      ...{ text: 'one two three ', cutOff: 'four five six seven eight', end: 'interrupted' },
    });
    expect(of('prompt')).toMatchObject([{ voicePrompt: 'Stop.' }]);
    const played = of('info').filter(({ name }) => name === 'tokensPlayed');
    expect(played.map(({ value }) => value)).toEqual(['one ', 'two ', 'three ']);
    const speakers = of('info').filter(({ name }) => name !== 'tokensPlayed');
    expect(speakers.map(({ name, value }) => `${name} ${value}`)).toEqual([
      ...['agentSpeaking on', 'clientSpeaking on', 'agentSpeaking off', 'clientSpeaking off'],
    ]);
  });

  it('speaks tokens that still come for an interrupted talk cycle, as the network would', async () => {
    const { record } = await run({
      hear(frame, send) {
        if (frame.type === 'setup') send(text('one two three four five ', false));
        if (frame.type === 'interrupt') send(text('stale words.'));
      },
      script: 'answers after 1s\ninterrupts after 3 words "Stop."\nstays silent',
    });
    expect(record.heard.map((utterance) => [utterance.text, utterance.end])).toEqual([
      ['one two three ', 'interrupted'],
      ['stale words.', 'played'],
    ]);
  });

  it('does not stop a voice that may not be interrupted, and drops what was said meanwhile unless it is to be reported', async () => {
    const hear: Hear = (frame, send) =>
      frame.type === 'setup' && send(text('one two three four five six seven eight', true, { interruptible: false }));
    const script = 'answers after 1s\ninterrupts after 3 words "Stop."\nstays silent';
    const dropped = await run({ hear, script });
    expect(dropped.of('interrupt')).toEqual([]);
    expect(dropped.of('prompt')).toEqual([]);
    expect(dropped.record.said[0]!.reachedApp).toBe(false);
    const reported = await run({ hear, script, attributes: 'reportInputDuringAgentSpeech="speech"' });
    expect(reported.of('interrupt')).toEqual([]);
    expect(reported.of('prompt')).toHaveLength(1);
  });

  it('sends keys only when they are wanted', async () => {
    const script = 'answers after 1s\nwaits 2s\npresses 4w2#\nstays silent';
    const deaf = await run({ hear: () => {}, script });
    expect(deaf.of('dtmf')).toEqual([]);
    const hearing = await run({ hear: () => {}, script, attributes: 'dtmfDetection="true"' });
    expect(hearing.of('dtmf').map(({ digit }) => digit)).toEqual(['4', '2', '#']);
  });

  it('speaks a welcome greeting that the application is not told of', async () => {
    const { record, application } = await run({
      hear: () => {},
      script: silent,
      attributes: 'welcomeGreeting="Welcome."',
    });
    expect(record.heard).toMatchObject([{ source: 'greeting', text: 'Welcome.' }]);
    expect(application.frames.map(({ type }) => type)).toEqual(['setup']);
  });

  it('lets a newer talk cycle cut off an older one that is preemptible, and queues it otherwise', async () => {
    const hear =
      (preemptible: boolean): Hear =>
      (frame, send) => {
        if (frame.type === 'setup') send(text('a rather long first sentence', true, { preemptible }));
        if (frame.type === 'info' && frame.value === 'a ') send(text('second'));
      };
    const attributes = 'debug="tokens-played"';
    const cut = await run({ hear: hear(true), script: silent, attributes });
    expect(cut.record.heard.map(({ text, end }) => [text, end])).toEqual([
      ['a ', 'preempted'],
      ['second', 'played'],
    ]);
    const queued = await run({ hear: hear(false), script: silent, attributes });
    expect(queued.record.heard.map(({ end }) => end)).toEqual(['played', 'played']);
  });

  it('plays keys into the person’s ear', async () => {
    const { record } = await run({
      hear: (frame, send) => frame.type === 'setup' && send({ type: 'sendDigits', digits: '1w2' }),
      script: silent,
    });
    expect(record.keys.map(({ digit, by }) => [digit, by])).toEqual([
      ['1', 'app'],
      ['2', 'app'],
    ]);
  });
});

describe('the end of a relay session', () => {
  it('by the application hands its data to the action URL, whose answer goes on with the call', async () => {
    const { action, application, record } = await run({
      hear: (frame, send) => frame.type === 'setup' && send({ type: 'end', handoffData: '{"why":"done"}' }),
      script: silent,
      after: '<Say>Goodbye.</Say>',
    });
    expect(action).toMatchObject({ SessionStatus: 'ended', HandoffData: '{"why":"done"}', CallStatus: 'in-progress' });
    expect(application.closes).toEqual([{ code: 1000, reason: 'Closing websocket session' }]);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'instructions', heard: [{ text: 'Goodbye.' }] });
  });

  it('by the person closes the socket and tells the action URL, whose answer is ignored', async () => {
    const { action, application, record } = await run({
      hear: (frame, send) => frame.type === 'setup' && send(text('one two three four five')),
      script: 'answers after 1s\nhangs up after 2 words',
      after: '<Say>Too late.</Say>',
    });
    expect(action).toMatchObject({ SessionStatus: 'completed', CallStatus: 'completed' });
    expect(application.closes).toEqual([{ code: 1000, reason: 'Closing websocket session' }]);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'person' });
    expect(record.heard).toMatchObject([{ text: 'one two ', end: 'stopped' }]);
  });

  it.each([
    ['closes the socket', (socket: ApplicationSocket) => socket.close(1011, 'bug'), '64105'],
    ['breaks the socket', (socket: ApplicationSocket) => socket.drop(), '39001'],
  ])('is a failure when the application %s', async (...[, breakIt, code]) => {
    const { action } = await run({ hear: (...[, , socket]) => breakIt(socket), script: silent });
    expect(action).toMatchObject({ SessionStatus: 'failed', ErrorCode: code, CallStatus: 'in-progress' });
  });

  it('is a failure when the socket is refused', async () => {
    const application = relayApplication(() => {});
    application.socket = () => 'Unexpected server response: 403';
    const { network, pass, call } = createVirtualNetwork(application, silent);
    const sid = await call();
    await pass(5000);
    const { record } = network.find(sid)!;
    expect(record.errors).toMatchObject([{ code: 64102, message: expect.stringContaining('403') }]);
    expect(record.webhooks.find(({ kind }) => kind === 'action')!.parameters.ErrorCode).toBe('64102');
  });

  it('comes with 1007 after ten invalid messages in a row, and not after nine', async () => {
    const invalid = [
      { type: 'text' },
      { type: 'text', token: null },
      { type: 'speak', token: 'x' },
      { type: 'language' },
    ];
    const sendInvalid = (count: number, send: (message: unknown) => void) => {
      for (let sent = 0; sent < count; sent += 1) send(invalid[sent % invalid.length]);
    };
    const tolerated = await run({
      hear(frame, send) {
        if (frame.type !== 'setup') return;
        sendInvalid(9, send);
        send(text('fine'));
        sendInvalid(9, send);
      },
      script: silent,
    });
    expect(tolerated.application.closes).toEqual([]);
    expect(tolerated.record.errors.filter(({ code }) => code === 64107)).toHaveLength(18);
    const ended = await run({ hear: (frame, send) => frame.type === 'setup' && sendInvalid(10, send), script: silent });
    expect(ended.application.closes).toEqual([{ code: 1007, reason: 'Too many consecutive malformed messages' }]);
    expect(ended.action).toMatchObject({ SessionStatus: 'failed', ErrorCode: '64105' });
  });

  it.each([
    ['ttsProvider="Nobody"', 64101],
    ['interruptible="perhaps"', 64101],
    ['language="english please"', 64101],
  ])('comes before it opens with %s', async (...[attributes, code]) => {
    const { record, of } = await run({ hear: () => {}, script: silent, attributes });
    expect(record.errors.map((problem) => problem.code)).toEqual([code]);
    expect(of('setup')).toEqual([]);
  });

  it('happens without the action URL when the call is redirected', async () => {
    const { network, pass, sid, application } = await run({ hear: () => {}, script: silent, ms: 5000 });
    network.find(sid)!.redirect({ type: 'twiml', twiml: '<Response><Say>Elsewhere.</Say></Response>' });
    await pass(5000);
    const { record } = network.find(sid)!;
    expect(record.webhooks.some(({ kind }) => kind === 'action')).toBe(false);
    expect(record.heard).toMatchObject([{ text: 'Elsewhere.' }]);
    expect(application.closes).toHaveLength(1);
  });

  it('comes at the planned frame when a fault breaks the socket', async () => {
    const application = relayApplication((frame, send) => frame.type === 'setup' && send(text('hello there')));
    const { network, pass, call } = createVirtualNetwork(application, silent, {
      faults: { sockets: { script: [{ type: 'drop', atFrame: 2 }] } },
    });
    const sid = await call();
    await pass(8000);
    const { record } = network.find(sid)!;
    expect(record.relayFrames).toHaveLength(2);
    expect(application.closes).toEqual([{ code: 1006, reason: '' }]);
    expect(record.webhooks.find(({ kind }) => kind === 'action')!.parameters).toMatchObject({ ErrorCode: '39001' });
  });
});
