import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { CallwrightError } from '../../base/errors.ts';
import type { LiveScene } from '../person/person.ts';
import { PhoneLine } from '../phone-line.ts';
import { sketchSpeech } from '../voices/sketch-voice.ts';
import { createBrowserPhone, type PhoneSocket } from './browser-phone.ts';

const number = '+14155550150';
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

function setUp() {
  const clock = createFakeClock();
  const told: Record<string, unknown>[] = [];
  const heard: Uint8Array[] = [];
  let give: (message: string | Uint8Array) => void = () => {};
  let leave = () => {};
  const socket: PhoneSocket = {
    send: (message) => void (typeof message === 'string' ? told.push(JSON.parse(message)) : heard.push(message)),
    onMessage: (listener) => {
      give = listener;
    },
    onClose: (listener) => {
      leave = listener;
    },
  };
  const over = new AbortController();
  const person = createBrowserPhone({
    ...{ clock, number, socket },
    synthesize: async () => new Uint8Array(800),
    dialIn: () => {
      throw new CallwrightError('simulator/no-such-number', 'nobody has this number');
    },
  });
  const record = {
    sid: 'CA1',
    said: [],
    keys: [],
    status: 'completed',
    endedBy: 'person',
  } as never as LiveScene['record'];
  const pressed: string[] = [];
  const line = new PhoneLine({
    ...{ clock, record, synthesize: async (text, voice) => sketchSpeech(text, voice) },
    onSaid() {},
    onKey: (digit) => pressed.push(digit),
    onHangUp: () => over.abort(),
  });
  const pieces: { atMs: number; bytes: number }[] = [];
  line.listen({ soundStarted: ({ atMs, toMulaw }) => pieces.push({ atMs, bytes: toMulaw().length }) });
  const live = person.live ?? expect.unreachable();
  const tell = (message: object) => give(JSON.stringify(message));
  return {
    clock,
    told,
    heard,
    live,
    line,
    over,
    record,
    pieces,
    pressed,
    tell,
    give: (m: string | Uint8Array) => give(m),
    leave: () => leave(),
  };
}

const answered = () => {
  const phone = setUp();
  phone.live.talk({ line: phone.line, record: phone.record, signal: phone.over.signal });
  return phone;
};

describe('a phone in a browser', () => {
  it.each([
    ['answer', 'answers'],
    ['hang-up', 'declines'],
  ])('rings until its person decides: %s', async (type, decision) => {
    const { live, told, tell } = setUp();
    const decided = live.ring({ sid: 'CA1', from: '+12125550100' }, new AbortController().signal);
    expect(told).toEqual([{ type: 'ringing', from: '+12125550100', call_sid: 'CA1' }]);
    tell({ type });
    expect(await decided).toBe(decision);
  });

  it('says when it rings no longer, and is busy while it is in use', async () => {
    const { live, told } = setUp();
    const ringing = new AbortController();
    void live.ring({ sid: 'CA1', from: '+12125550100' }, ringing.signal);
    expect(await live.ring({ sid: 'CA2', from: '+12125550101' }, new AbortController().signal)).toBe('declines');
    ringing.abort();
    expect(told.at(-1)).toEqual({ type: 'missed' });
  });

  it('puts the microphone on the line piece behind piece, gives up what comes too fast, and never speaks over typed words', async () => {
    const { clock, pieces, give, tell } = answered();
    const startMs = clock.now();
    for (let piece = 0; piece < 40; piece += 1) give(new Uint8Array(160));
    expect(pieces.slice(0, 3).map(({ atMs }) => atMs - startMs)).toEqual([60, 80, 100]);
    expect(pieces.length).toBeLessThan(25);
    const before = pieces.length;
    tell({ type: 'say', text: 'hello there' });
    await settled();
    clock.advance(1000);
    const typed = pieces.length;
    expect(typed).toBe(before + 1);
    give(new Uint8Array(160));
    expect(pieces.length).toBe(typed);
  });

  it('presses keys, hangs up, and tells how the call ended', () => {
    const { tell, pressed, told } = answered();
    tell({ type: 'keys', digits: '1' });
    tell({ type: 'hang-up' });
    expect(pressed).toEqual(['1']);
    expect(told.at(-1)).toEqual({ type: 'over', call_sid: 'CA1', status: 'completed', by: 'person' });
  });

  it('hears what the application sounds, with its words', () => {
    const { line, heard, told } = answered();
    line.streamed.open();
    line.streamed.hear(new Uint8Array(160).fill(1), 0);
    expect(heard).toHaveLength(1);
    line.streamed.close();
    expect(told.at(-1)).toEqual({ type: 'heard', text: '', is_last: true });
  });

  it('hangs up when the page is closed', () => {
    const { leave, over } = answered();
    leave();
    expect(over.signal.aborted).toBe(true);
  });

  it.each([
    'nonsense',
    '{"type":"say","text":""}',
    '{"type":"keys","digits":"abc"}',
    '{"type":"call","to":"+12125550199"}',
  ])('refuses %s in words', (message) => {
    const { give, told } = setUp();
    give(message);
    expect(told.at(-1)).toMatchObject({ type: 'refused' });
  });
});
