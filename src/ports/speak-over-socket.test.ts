/** The mouth over sockets, with a codec that trusts its vendor in everything. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../base/clock.ts';
import { createFakeSockets } from './contracts/fake-sockets.ts';
import { type SpeakingCodec, type SpeakingStep, speakOverSocket } from './speak-over-socket.ts';
import type { SpeakingEvent } from './text-to-speech.ts';

function createMouth() {
  const clock = createFakeClock();
  const { openSocket, all } = createFakeSockets();
  const told: SpeakingEvent[] = [];
  const flags = { isWorn: false };
  const send = (frame: string): SpeakingStep[] => [{ type: 'send', frame }];
  const createCodec = (): SpeakingCodec => ({
    target: { url: 'wss://vendor.example/', headers: {} },
    farewell: 'bye',
    say: (utterance, text) => send(`say ${utterance} ${text}`),
    finish: (utterance) => send(`finish ${utterance}`),
    cancel: (utterance) => send(`cancel ${utterance}`),
    decode(data) {
      const [what, number] = String(data).split(' ');
      const utterance = Number(number);
      if (what === 'sound') return [{ type: 'sound', utterance, sound: new Uint8Array(160) }];
      if (what === 'spoken') return [{ type: 'spoken', utterance }];
      return [];
    },
    isWorn: () => flags.isWorn,
  });
  const request = { language: 'en-US', voice: null, on: (event: SpeakingEvent) => told.push(event) };
  const mouth = speakOverSocket({ vendor: 'acme', openSocket, clock, createCodec }, request);
  const toldTypes = () => told.map((event) => ('utterance' in event ? `${event.type} ${event.utterance}` : event.type));
  return { clock, all, mouth, told, toldTypes, flags };
}

describe('a mouth over sockets', () => {
  it('tells nothing of utterances that were spoken, cancelled, or never said', () => {
    const { all, mouth, toldTypes } = createMouth();
    const [socket] = all;
    socket?.accept();
    mouth.say(1, 'one');
    mouth.finish(1);
    socket?.say('sound 7', 'sound 1', 'spoken 1', 'spoken 1', 'sound 1');
    mouth.say(2, 'two');
    mouth.cancel(2);
    socket?.say('sound 2', 'spoken 2');
    expect(toldTypes()).toEqual(['sound 1', 'spoken 1']);
  });

  it('takes no text for an utterance that is finished, cancelled or older than the newest', () => {
    const { all, mouth } = createMouth();
    all[0]?.accept();
    mouth.say(1, 'a');
    mouth.finish(1);
    mouth.say(1, 'b');
    mouth.finish(1);
    mouth.cancel(3);
    mouth.say(3, 'c');
    mouth.say(2, 'd');
    mouth.finish(3);
    expect(all[0]?.sent).toEqual(['say 1 a', 'finish 1']);
  });

  it('changes a worn connection only when nothing is to be spoken any more', () => {
    const { all, mouth, flags } = createMouth();
    all[0]?.accept();
    mouth.say(1, 'a');
    mouth.finish(1);
    mouth.say(2, 'b');
    flags.isWorn = true;
    all[0]?.say('spoken 1');
    expect(all).toHaveLength(1);
    mouth.cancel(2);
    expect(all).toHaveLength(2);
    expect(all[0]?.sent.slice(-2)).toEqual(['cancel 2', 'bye']);
  });

  it('tells at once that a vendor it never heard of has gone, but not that one has which had answered', () => {
    const unknown = createMouth();
    unknown.all[0]?.accept();
    unknown.all[0]?.end(1011);
    expect(unknown.toldTypes()).toEqual(['failed']);
    const known = createMouth();
    known.all[0]?.accept();
    known.all[0]?.say('welcome');
    known.all[0]?.end(1011);
    expect(known.toldTypes()).toEqual([]);
    known.mouth.say(1, 'a');
    known.all[1]?.refuse(401);
    expect(known.told).toMatchObject([{ type: 'failed', error: { code: 'vendor/refused', vendor: 'acme' } }]);
    known.mouth.say(2, 'b');
    expect(known.all).toHaveLength(2);
    expect(known.clock.pendingTimers).toBe(0);
  });
});
