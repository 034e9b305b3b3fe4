import { describe, expect, it } from 'vitest';
import type { Application } from '../in-process-outside.ts';
import { streamApplication } from '../testing/stream-application.ts';
import { createVirtualNetwork, relayApplication, sayTwiml } from '../testing/virtual-network.ts';

const transcribed = (more = '') =>
  `<Start><Transcription statusCallbackUrl="https://app.test/words" languageCode="en-GB" ${more}/></Start>`;
const speaks = 'answers after 1s\nwaits 4s\nsays "Who is this?"\nwaits 1s\nhangs up';

async function transcribe(application: Application, script = speaks) {
  const { network, pass, call, clock } = createVirtualNetwork(application, script);
  const sid = await call();
  await pass(20_000);
  const { record } = network.find(sid)!;
  const parameters = record.webhooks
    .filter(({ kind }) => kind === 'transcription')
    .map((webhook) => webhook.parameters);
  const words = parameters
    .filter(({ TranscriptionEvent }) => TranscriptionEvent === 'transcription-content')
    .map(({ Track, TranscriptionData }) => [
      Track,
      (JSON.parse(TranscriptionData!) as { transcript: string }).transcript,
    ]);
  return { record, parameters, words, clock };
}

describe('a transcription', () => {
  it('tells its beginning, every utterance of both sides in order, and its end', async () => {
    const { parameters, record, clock } = await transcribe(
      sayTwiml(`${transcribed()}<Say>Good morning.</Say><Pause length="60"/>`),
    );
    const common = { AccountSid: `AC${'5'.repeat(32)}`, CallSid: record.sid, LanguageCode: 'en-GB' };
    const content = { TranscriptionEvent: 'transcription-content', Final: 'true' };
    expect(parameters).toMatchObject([
      { ...common, TranscriptionEvent: 'transcription-started', SequenceId: '1' },
      {
        ...{ ...common, ...content, SequenceId: '2', Track: 'outbound_track' },
        TranscriptionData: '{"transcript":"Good morning.","confidence":0.98}',
      },
      {
        ...{ ...common, ...content, SequenceId: '3', Track: 'inbound_track' },
        TranscriptionData: '{"transcript":"Who is this?","confidence":0.98}',
      },
      { ...common, TranscriptionEvent: 'transcription-stopped', SequenceId: '4' },
    ]);
    expect(new Set(parameters.map(({ TranscriptionSid }) => TranscriptionSid)).size).toBe(1);
    expect(parameters[0]!.Timestamp).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(clock.pendingTimers).toBe(0);
  });

  it('of one track leaves the other out', async () => {
    const { words } = await transcribe(
      sayTwiml(`${transcribed('track="inbound_track"')}<Say>Good morning.</Say><Pause length="60"/>`),
    );
    expect(words).toEqual([['inbound_track', 'Who is this?']]);
  });

  it('has what was heard of a reply that was interrupted in a relay session', async () => {
    const application = relayApplication((frame, send) => {
      if (frame.type === 'setup') send({ type: 'text', token: 'One two three four five six seven eight.', last: true });
    });
    const webhook = application.webhook.bind(application);
    application.webhook = async (request) => {
      const answer = await webhook(request);
      return request.url.includes('/voice')
        ? { ...answer, body: answer.body.replace('<Response>', `<Response>${transcribed()}`) }
        : answer;
    };
    const { words } = await transcribe(application, 'answers after 1s\ninterrupts after 3 words "Stop."\nhangs up');
    expect(words).toEqual([
      ['outbound_track', 'One two three'],
      ['inbound_track', 'Stop.'],
    ]);
  });

  it('of a media stream has what the person said', async () => {
    const application = streamApplication(
      (frame, { speak }) => frame.event === 'start' && speak(2000),
      `${transcribed()}<Connect><Stream url="wss://app.test/media"/></Connect>`,
    );
    expect((await transcribe(application)).words).toEqual([['inbound_track', 'Who is this?']]);
  });
});
