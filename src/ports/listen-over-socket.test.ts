/** The ears over a socket, with a codec that understands next to nothing. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../base/clock.ts';
import { createFakeSockets } from './contracts/fake-sockets.ts';
import { listenOverSocket } from './listen-over-socket.ts';
import type { HearingEvent } from './speech-to-text.ts';

const settleMs = 700;

/** @param cannotBeAsked whether the vendor has no word for settling */
function createEars({ cannotBeAsked = false, hearsAgain = false, tellsAllTheTime = true } = {}) {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const told: HearingEvent[] = [];
  const ears = listenOverSocket(
    {
      ...{ vendor: 'acme', openSocket: sockets.openSocket, clock, settleMs },
      ...(tellsAllTheTime ? { stalledMs: 1500 } : {}),
      voiceMsIn: (sound) => sound.length / 8,
      codec: {
        target: { url: 'wss://vendor.example/', headers: {} },
        ...{ chunkBytes: null, farewell: null },
        settle: cannotBeAsked ? { cut() {} } : { frame: 'settle' },
        decode(frame) {
          const { heard } = JSON.parse(frame) as { heard?: string };
          return heard === undefined ? [] : [{ type: 'heard', text: heard }];
        },
      },
    },
    { language: 'en-US', hearsAgain, on: (event) => told.push(event) },
  );
  sockets.last.accept();
  const hearVoice = (ms: number) => ears.hear(new Uint8Array(ms * 8));
  return { clock, sockets, told, ears, hearVoice };
}

describe('ears over a socket', () => {
  it('that are asked for words and tell nothing of a voice fail, and leave the turn to who hears it again', () => {
    const { clock, ears, hearVoice, told } = createEars();
    hearVoice(500);
    ears.settle();
    clock.advance(settleMs);
    expect(told).toMatchObject([{ type: 'failed', error: { code: 'vendor/timeout' } }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that have told words, and do not settle them, end the turn with these before they fail', () => {
    const { clock, ears, hearVoice, sockets, told } = createEars();
    hearVoice(500);
    sockets.last.say({ heard: 'Hello' });
    hearVoice(80);
    ears.settle();
    clock.advance(settleMs);
    expect(told.slice(-2)).toMatchObject([{ type: 'turn-over', text: 'Hello' }, { type: 'failed' }]);
  });

  it('that heard more than the words they told, and do not settle them, leave all of it to who hears it again', () => {
    const { clock, ears, hearVoice, sockets, told } = createEars();
    hearVoice(500);
    sockets.last.say({ heard: 'Hello' });
    hearVoice(200);
    ears.settle();
    clock.advance(settleMs);
    expect(told.map(({ type }) => type)).toEqual(['speech-started', 'heard', 'failed']);
  });

  it('that tell nothing more of a turn that goes on have stalled, and do not settle it first', () => {
    const { clock, hearVoice, sockets, told } = createEars();
    sockets.last.say({ heard: 'Hello' });
    hearVoice(80);
    const wait = (ms: number) => {
      for (let waited = 0; waited < ms; waited += 100) {
        clock.advance(100);
        hearVoice(0.125);
      }
    };
    // Standing still ourselves is no fault of theirs.
    clock.advance(5000);
    wait(1400);
    hearVoice(20);
    expect(told.at(-1)).toMatchObject({ type: 'heard' });
    wait(100);
    expect(told.at(-1)).toMatchObject({ type: 'failed', error: { code: 'vendor/timeout' } });
    expect(told.map(({ type }) => type)).not.toContain('turn-over');
    // One that tells a turn when it is over may be silent for as long as it lasts.
    const patient = createEars({ tellsAllTheTime: false });
    patient.sockets.last.say({ heard: 'Hello' });
    for (let waited = 0; waited < 10_000; waited += 100) {
      patient.clock.advance(100);
      patient.hearVoice(20);
    }
    expect(patient.told.at(-1)).toMatchObject({ type: 'heard' });
    // Before a turn there may be nothing to tell.
    const quiet = createEars();
    quiet.hearVoice(1000);
    quiet.clock.advance(1500);
    quiet.hearVoice(20);
    expect(quiet.told).toEqual([]);
  });

  it('that cannot be asked have failed with a voice of which they told nothing, unless others did, too', () => {
    const { ears, hearVoice, sockets, told } = createEars({ cannotBeAsked: true });
    hearVoice(280);
    ears.settle();
    expect(told).toEqual([{ type: 'turn-over', text: '' }]);
    hearVoice(20);
    ears.settle();
    expect(told.at(-1)).toMatchObject({ type: 'failed', error: { code: 'vendor/broken-stream' } });
    expect(sockets.last.isLive).toBe(false);
    const again = createEars({ cannotBeAsked: true, hearsAgain: true });
    again.hearVoice(500);
    again.ears.settle();
    expect(again.told).toEqual([{ type: 'turn-over', text: '' }]);
    again.sockets.last.say({ heard: 'Hello' });
    again.hearVoice(500);
    again.ears.settle();
    expect(again.told.at(-1)).toMatchObject({ type: 'failed' });
  });

  it('that heard no voice have nothing to settle, and are well', () => {
    const { clock, ears, hearVoice, told } = createEars();
    hearVoice(100);
    ears.settle();
    clock.advance(settleMs);
    expect(told).toEqual([{ type: 'turn-over', text: '' }]);
  });

  it('that hear at once what was said a while ago have as long to tell it as if it were said now', () => {
    const { clock, hearVoice, told } = createEars();
    hearVoice(15_000);
    clock.advance(4900);
    hearVoice(20);
    expect(told).toEqual([]);
    clock.advance(100);
    hearVoice(20);
    expect(told).toMatchObject([{ type: 'failed', error: { code: 'vendor/timeout' } }]);
  });

  it('take nonsense for no sign of hearing, and fail after five pieces of it in a row', () => {
    const { clock, sockets, told, hearVoice } = createEars();
    sockets.last.say('{"half":', '{"half":', '{"half":', '{"half":', { heard: 'Well' }, '{"half":');
    expect(told.filter(({ type }) => type === 'failed')).toEqual([]);
    hearVoice(4900);
    clock.advance(5000);
    sockets.last.say('{"half":');
    hearVoice(200);
    expect(told.at(-1)).toMatchObject({ type: 'failed', error: { code: 'vendor/timeout' } });
    const other = createEars();
    other.sockets.last.say('no', 'no', 'no', 'no', new Uint8Array(3));
    expect(other.told).toMatchObject([{ type: 'failed', error: { code: 'vendor/broken-stream' } }]);
  });
});
