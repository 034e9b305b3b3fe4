import { describe, expect, it } from 'vitest';
import type { SimulatedCallRecord } from '../call-record.ts';
import type { Faults } from '../faults.ts';
import type { RestAnswer, RestFile } from '../rest/rest-exchange.ts';
import { streamApplication } from '../testing/stream-application.ts';
import { createVirtualNetwork, sayTwiml } from '../testing/virtual-network.ts';

const callback =
  'recordingStatusCallback="https://app.test/recorded" recordingStatusCallbackEvent="in-progress completed absent"';
const recorded = `<Start><Recording ${callback}/></Start>`;
const speaks = 'answers after 1s\nwaits 3s\nsays "Now it is my turn to say something."\nwaits 1s\nhangs up';

async function record(body: string, { script = speaks, ms = 20_000, form = {}, faults = {} as Faults } = {}) {
  const virtual = createVirtualNetwork(sayTwiml(body), script, { faults });
  const sid = await virtual.call(form);
  await virtual.pass(ms);
  return { ...virtual, sid, call: virtual.network.find(sid)!.record };
}

const news = (call: SimulatedCallRecord) =>
  call.webhooks.filter(({ kind }) => kind === 'recording').map(({ parameters }) => parameters);

async function fetchFile(rest: ReturnType<typeof createVirtualNetwork>['rest'], sid: string) {
  const answer = (await rest('GET', `/Recordings/${sid}.wav`)) as RestFile | RestAnswer;
  return 'bytes' in answer ? Buffer.from(answer.bytes) : null;
}

/** Whether a channel sounds between two moments of a file. */
function isLoud(file: Buffer, channel: number, [fromMs, untilMs]: readonly [number, number]): boolean {
  const channels = file.readUInt16LE(22);
  for (let at = Math.round(fromMs * 8); at < Math.round(untilMs * 8); at += 1) {
    const offset = 44 + (at * channels + channel) * 2;
    if (offset + 2 > file.length) return false;
    if (Math.abs(file.readInt16LE(offset)) > 500) return true;
  }
  return false;
}

describe('a recording in <Start>', () => {
  it('is told when it begins, and with its length two seconds after the call', async () => {
    const { call } = await record(`${recorded}<Say>Good morning to you.</Say><Pause length="60"/>`);
    const [begun, done] = news(call);
    const log = call.recordings[0]!;
    expect(begun).toMatchObject({ RecordingStatus: 'in-progress', RecordingSid: log.sid, RecordingDuration: '-1' });
    const seconds = Math.round((call.endedAtMs! - log.startedAtMs) / 1000);
    expect(done).toEqual({
      ...{ AccountSid: `AC${'5'.repeat(32)}`, CallSid: call.sid, RecordingSid: log.sid },
      RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/AC${'5'.repeat(32)}/Recordings/${log.sid}`,
      ...{ RecordingStatus: 'completed', RecordingDuration: String(seconds), RecordingChannels: '2' },
      ...{ RecordingSource: 'StartCallRecordingTwiML', RecordingTrack: 'both', ErrorCode: '0' },
      RecordingStartTime: expect.stringMatching(/^\w{3}, \d\d \w{3} 2026 \d\d:\d\d:\d\d \+0000$/),
    });
    const told = call.webhooks.findLast(({ kind }) => kind === 'recording')!;
    expect(told.sentAtMs - call.endedAtMs!).toBe(2000);
  });

  it('has the person in its first channel and the application in its second, each when they spoke', async () => {
    const { call, rest } = await record(`${recorded}<Say>Good morning to you.</Say><Pause length="60"/>`);
    const log = call.recordings[0]!;
    const file = (await fetchFile(rest, log.sid))!;
    expect(file.length).toBe(44 + (call.endedAtMs! - log.startedAtMs) * 8 * 4);
    const within = ({ startedAtMs, endedAtMs }: { startedAtMs: number; endedAtMs: number }) =>
      [startedAtMs - log.startedAtMs, endedAtMs - log.startedAtMs] as const;
    const said = within(call.said[0]!);
    const heard = within(call.heard[0]!);
    expect([isLoud(file, 0, said), isLoud(file, 1, said)]).toEqual([true, false]);
    expect([isLoud(file, 0, heard), isLoud(file, 1, heard)]).toEqual([false, true]);
    expect(isLoud(file, 0, [0, said[0]])).toBe(false);
    expect(isLoud(file, 1, [heard[1], call.endedAtMs! - log.startedAtMs])).toBe(false);
  });

  it('has the application’s own sound of a media stream, byte for byte', async () => {
    const application = streamApplication((frame, { speak }) => {
      if (frame.media?.chunk === '10') speak(1500);
    }, `${recorded}<Connect><Stream url="wss://app.test/media"/></Connect>`);
    const virtual = createVirtualNetwork(application, speaks);
    const sid = await virtual.call();
    await virtual.pass(20_000);
    const call = virtual.network.find(sid)!.record;
    const log = call.recordings[0]!;
    const file = (await fetchFile(virtual.rest, log.sid))!;
    const [heard] = call.heard;
    const from = heard!.startedAtMs - log.startedAtMs;
    const until = heard!.endedAtMs - log.startedAtMs;
    expect(until - from).toBe(1500);
    expect(isLoud(file, 1, [0, from])).toBe(false);
    for (let at = from; at < until - 20; at += 20) expect(isLoud(file, 1, [at, at + 20])).toBe(true);
    expect(isLoud(file, 1, [until, until + 10_000])).toBe(false);
  });

  it('is absent when the call was over at once', async () => {
    const { call, rest } = await record(`${recorded}<Hangup/>`);
    expect(news(call).map(({ RecordingStatus }) => RecordingStatus)).toEqual(['in-progress', 'absent']);
    expect(await fetchFile(rest, call.recordings[0]!.sid)).toBeNull();
  });

  it('needs an absolute callback', async () => {
    const { call } = await record('<Start><Recording recordingStatusCallback="/recorded"/></Start>');
    expect(call.errors).toMatchObject([{ code: 11100 }]);
    expect(call.recordings).toEqual([]);
  });
});

describe('a recording asked for with the call', () => {
  it('runs from the answer, in one channel unless told, and tells only its completion', async () => {
    const form = { Record: 'true', RecordingStatusCallback: 'https://app.test/recorded' };
    const { call, rest } = await record('<Say>Good morning.</Say><Pause length="60"/>', { form });
    expect(call.recordings).toMatchObject([{ source: 'OutboundAPI', channels: 1, startedAtMs: call.answeredAtMs }]);
    expect(news(call)).toMatchObject([{ RecordingStatus: 'completed', RecordingChannels: '1' }]);
    const file = (await fetchFile(rest, call.recordings[0]!.sid))!;
    expect(file.readUInt16LE(22)).toBe(1);
    expect(file.length).toBe(44 + (call.endedAtMs! - call.answeredAtMs!) * 8 * 2);
  });

  it('of one track has nothing of the other side', async () => {
    const loudOn = async (RecordingTrack: string) => {
      const form = { Record: 'true', RecordingChannels: 'dual', RecordingTrack };
      const { call, rest } = await record('<Say>Good morning.</Say><Pause length="60"/>', { form });
      const file = (await fetchFile(rest, call.recordings[0]!.sid))!;
      return [isLoud(file, 0, [0, 6000]), isLoud(file, 1, [0, 6000])];
    };
    expect(await loudOn('both')).toEqual([true, true]);
    expect(await loudOn('inbound')).toEqual([true, false]);
    expect(await loudOn('outbound')).toEqual([false, true]);
  });

  it('is none for a call that nobody answered', async () => {
    const { call } = await record('', { script: 'is busy', form: { Record: 'true' } });
    expect(call.recordings).toEqual([]);
  });
});

describe('the REST API of recordings', () => {
  const jsonOf = (result: unknown) => JSON.parse((result as RestAnswer).body) as Record<string, unknown>;

  it('lists, fetches and deletes, and has the file only when it was processed', async () => {
    const { call, rest, pass } = await record(recorded.concat('<Pause length="60"/>'), { ms: 10_000 });
    const [log] = call.recordings;
    const path = `/Recordings/${log!.sid}`;
    expect(log!.status).toBe('processing');
    expect(await fetchFile(rest, log!.sid)).toBeNull();
    await pass(3000);
    expect((await fetchFile(rest, log!.sid))!.subarray(0, 4).toString()).toBe('RIFF');
    expect(await rest('GET', `${path}.mp3`)).toMatchObject({ status: 404 });
    expect(jsonOf(await rest('GET', `${path}.json`))).toMatchObject({ status: 'completed', call_sid: call.sid });
    expect(jsonOf(await rest('GET', `/Calls/${call.sid}/Recordings.json`)).recordings).toHaveLength(1);
    expect(jsonOf(await rest('GET', `/Recordings.json?CallSid=CA${'0'.repeat(32)}`)).recordings).toEqual([]);
    expect(await rest('DELETE', `${path}.json`)).toMatchObject({ status: 204 });
    for (const gone of [`${path}.json`, `${path}.wav`]) expect(await rest('GET', gone)).toMatchObject({ status: 404 });
  });

  it('starts, pauses, resumes and stops one, and the pause is silent or left out', async () => {
    const script = `answers after 1s\nsays "${'talking '.repeat(60)}"`;
    const { call, rest, pass } = await record('<Pause length="60"/>', { ms: 3000, script });
    const start = async () =>
      jsonOf(await rest('POST', `/Calls/${call.sid}/Recordings.json`, { RecordingChannels: 'dual' }));
    const update = (form: Record<string, string>) =>
      rest('POST', `/Calls/${call.sid}/Recordings/Twilio.CURRENT.json`, form);
    const sizes: number[] = [];
    const sounds: boolean[][] = [];
    for (const PauseBehavior of ['silence', 'skip']) {
      expect(await start()).toMatchObject({ status: 'in-progress', channels: 2, source: 'StartCallRecordingAPI' });
      await pass(2000);
      expect(jsonOf(await update({ Status: 'paused', PauseBehavior }))).toMatchObject({ status: 'paused' });
      await pass(5000);
      expect(jsonOf(await update({ Status: 'in-progress' }))).toMatchObject({ status: 'in-progress' });
      await pass(1000);
      await update({ Status: 'stopped' });
      await pass(2000);
      const file = (await fetchFile(rest, call.recordings.at(-1)!.sid))!;
      sizes.push(file.length);
      sounds.push([isLoud(file, 0, [0, 2000]), isLoud(file, 0, [2000, 7000]), isLoud(file, 0, [7000, 8000])]);
    }
    expect(sounds).toEqual([
      [true, false, true],
      [true, true, false],
    ]);
    expect(sizes).toEqual([44 + 8000 * 32, 44 + 3000 * 32]);
    expect(call.recordings.map(({ durationSeconds }) => durationSeconds)).toEqual([8, 3]);
    expect(await update({ Status: 'stopped' })).toMatchObject({ status: 404 });
  });
});

describe('planned faults of recordings', () => {
  const body = recorded.concat('<Pause length="60"/>');
  const told = (call: SimulatedCallRecord) =>
    call.webhooks.filter(({ kind, parameters }) => kind === 'recording' && parameters.RecordingStatus === 'completed');

  it('drop, delay or double the news', async () => {
    const newsAfter = async (fault: NonNullable<Faults['recordingCallbacks']>['script']) => {
      const { call } = await record(body, { ms: 60_000, faults: { recordingCallbacks: { script: fault! } } });
      return told(call).map(({ fault: struck, sentAtMs }) => struck ?? sentAtMs - call.endedAtMs!);
    };
    expect(await newsAfter([{ type: 'drop' }])).toEqual(['drop']);
    expect(await newsAfter([{ type: 'delay', ms: 30_000 }])).toEqual([32_000]);
    expect(await newsAfter([{ type: 'duplicate', afterMs: 500 }])).toEqual([2000, 2500]);
  });

  it('hide the file for a while, or break its transfer', async () => {
    const fetches = async (fault: Faults['recordingMedia']) => {
      const { call, rest } = await record(body, { faults: { recordingMedia: fault } });
      const answers = [];
      for (let count = 0; count < 3; count += 1) {
        const answer = (await rest('GET', `/Recordings/${call.recordings[0]!.sid}.wav`)) as RestFile;
        answers.push(answer.cutAtByte ?? answer.status);
      }
      return answers;
    };
    expect(await fetches({ script: [{ type: 'missing', times: 2 }] })).toEqual([404, 404, 200]);
    expect(await fetches({ script: [{ type: 'cut', atByte: 1000 }] })).toEqual([1000, 200, 200]);
  });
});
