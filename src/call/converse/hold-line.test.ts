import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import type { MediaCommand, MediaEvent } from '../../ports/carrier.ts';
import { createFakeCarrier } from '../testing/fake-carrier.ts';
import { createFakeLine } from '../testing/fake-line.ts';
import { settled } from '../testing/fake-model.ts';
import { createMemoryRecord } from '../testing/memory-record.ts';
import { createHistory } from './history.ts';
import { holdLine } from './hold-line.ts';
import type { TurnEnding } from './turn/turn-state.ts';

function start(options: { isClosed?: boolean; endingNeverNoted?: boolean; maxDurationMs?: number } = {}) {
  const clock = createFakeClock();
  const line = createFakeLine({ isClosed: options.isClosed ?? false });
  const record = createMemoryRecord();
  const newId = createIds(clock, createSeededRandom(1));
  const about = { callId: 'call_1', clientId: null, record, clock, newId, earlier: [] };
  const noted: TurnEnding[] = [];
  const conversation = holdLine({
    ...{ callId: 'call_1', streamSid: 'MZ1', socket: line.socket, codec: createFakeCarrier(clock).media },
    ...{ clock, log: silentLogger, record, logSeq: 0 },
    history: createHistory({ ...about, charactersPerSecond: 15 }),
    maxDurationMs: options.maxDurationMs ?? 600_000,
    onEnding: async (ending) => {
      noted.push(ending);
      if (options.endingNeverNoted) await new Promise(() => {});
    },
  });
  let over: TurnEnding | null = null;
  void conversation.over.then((ending) => {
    over = ending;
  });
  const sent = () => line.sent() as unknown as (MediaCommand & { streamSid: string })[];
  return {
    ...{ clock, line, record, conversation, noted, sent },
    say: (event: MediaEvent) => line.receiveFrame(JSON.stringify(event)),
    marks: () => sent().flatMap((command) => (command.type === 'mark' ? [command.name] : [])),
    said: () => record.turns().map(({ speaker, text }) => `${speaker}: ${text}`),
    over: async () => {
      await settled();
      return over;
    },
  };
}

describe('a held line', () => {
  it('sounds a soft tone at once and every five seconds, each behind the mark of the one before', () => {
    const { clock, marks, say, sent } = start();
    expect(sent().map(({ type, streamSid }) => `${type} ${streamSid}`)).toEqual(['audio MZ1', 'mark MZ1']);
    const [tone] = sent();
    const bytes = Buffer.from(tone?.type === 'audio' ? tone.payload : '', 'base64');
    expect(bytes.length).toBe(300 * 8);
    clock.advance(10_000);
    expect(marks()).toEqual(['hold-1']);
    say({ type: 'mark', name: 'hold-1' });
    clock.advance(5000);
    expect(marks()).toEqual(['hold-1', 'hold-2']);
  });

  it('writes keys down as what the person said, those that follow each other as one', () => {
    const { clock, say, said } = start();
    for (const digit of ['1', '2', '#']) say({ type: 'key', digit });
    clock.advance(1499);
    expect(said()).toEqual([]);
    clock.advance(1);
    say({ type: 'key', digit: '5' });
    say({ type: 'stop' });
    expect(said()).toEqual(['person: [pressed 12#]', 'person: [pressed 5]']);
  });

  it('keeps a log of what happened', () => {
    const { clock, say, record } = start();
    say({ type: 'mark', name: 'hold-1' });
    clock.advance(1000);
    say({ type: 'key', digit: '5' });
    say({ type: 'stop' });
    const events = record.entries.map(({ machine, seq, event }) => [machine, seq, JSON.parse(event).type]);
    expect(events).toEqual([
      ['hold', 1, 'started'],
      ['hold', 2, 'tone-played'],
      ['hold', 3, 'key-pressed'],
      ['hold', 4, 'ended'],
    ]);
  });

  it('cannot speak', () => {
    expect(start().conversation.say('Hello')).toBe(false);
  });
});

describe('a held line ends, with nothing left behind,', () => {
  it.each<[string, (held: ReturnType<typeof start>) => void, TurnEnding]>([
    ['when the stream is over', ({ say }) => say({ type: 'stop' }), { reason: 'person_hung_up', by: 'person' }],
    ['when its socket closes', ({ line }) => line.close(true), { reason: 'person_hung_up', by: 'person' }],
    ['when its socket breaks', ({ line }) => line.close(false), { reason: 'connection_failed', by: 'carrier' }],
    [
      'when the carrier says that the session is over',
      ({ conversation }) => conversation.disconnected(true),
      { reason: 'person_hung_up', by: 'person' },
    ],
    [
      'when it is ended by request',
      ({ conversation }) => conversation.end({ reason: 'server_stopped', by: 'server' }, 'Goodbye'),
      { reason: 'server_stopped', by: 'server' },
    ],
    ['when its time is up', ({ clock }) => clock.advance(600_000), { reason: 'max_duration', by: 'server' }],
  ])('%s', async (_when, end, ending) => {
    const held = start();
    end(held);
    expect(await held.over()).toEqual(ending);
    expect(held.clock.pendingTimers).toBe(0);
    expect(held.line.closedByUs).toMatchObject({ code: 1000 });
    held.say({ type: 'key', digit: '1' });
    held.conversation.end({ reason: 'again', by: 'server' }, null);
    held.line.close(false);
    held.clock.advance(60_000);
    expect(held.clock.pendingTimers).toBe(0);
    expect(held.said()).toEqual([]);
  });

  it('although its socket was closed before it began', async () => {
    const held = start({ isClosed: true });
    expect(await held.over()).toEqual({ reason: 'connection_failed', by: 'carrier' });
    expect(held.clock.pendingTimers).toBe(0);
  });

  it('clearing what was still to sound, and closing only once the call knows why', async () => {
    const held = start({ endingNeverNoted: true });
    held.conversation.end({ reason: 'hung_up_by_request', by: 'request' }, null);
    await settled();
    expect(held.sent().at(-1)).toMatchObject({ type: 'clear' });
    expect(held.noted).toEqual([{ reason: 'hung_up_by_request', by: 'request' }]);
    expect(held.line.closedByUs).toBeNull();
    held.clock.advance(2000);
    expect(await held.over()).toEqual({ reason: 'hung_up_by_request', by: 'request' });
    expect(held.clock.pendingTimers).toBe(0);
  });

  it('after twenty frames in a row that make no sense, and not before', () => {
    const held = start();
    for (let frame = 0; frame < 19; frame += 1) held.line.receiveFrame('{bad');
    held.say({ type: 'mark', name: 'hold-1' });
    for (let frame = 0; frame < 19; frame += 1) held.line.receiveFrame('{bad');
    expect(held.line.closedByUs).toBeNull();
    held.line.receiveFrame('{bad');
    expect(held.line.closedByUs).toEqual({ code: 1008, reason: 'too many bad frames' });
  });
});
