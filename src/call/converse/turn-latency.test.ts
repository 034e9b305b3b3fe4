import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createTurnLatency } from './turn-latency.ts';

function begin() {
  const clock = createFakeClock();
  const book = createTurnLatency(clock);
  /** The person speaks until now, and is understood and answered by this utterance in the usual order. */
  const ask = (utterance: number) => {
    book.personSound();
    clock.advance(200);
    book.final();
    clock.advance(1);
    book.decided();
    clock.advance(300);
    book.firstToken(utterance);
    clock.advance(50);
    book.firstSound(utterance);
    clock.advance(1);
    book.firstFrame(utterance);
    clock.advance(90);
    book.heard(utterance);
  };
  return { clock, book, ask };
}

const usual = {
  final_ms: 200,
  decided_ms: 201,
  first_token_ms: 501,
  first_sound_ms: 551,
  first_frame_ms: 552,
  heard_ms: 642,
};

describe('the latency of a turn', () => {
  it('counts every step from the last sound of the person', () => {
    const { clock, book, ask } = begin();
    for (let frame = 0; frame < 50; frame += 1) {
      book.personSound();
      clock.advance(20);
    }
    ask(2);
    expect(book.take(2)).toEqual(usual);
  });

  it('has none for a greeting, for a reminder, and where no sound was noticed', () => {
    const { book, ask } = begin();
    book.firstToken(1);
    book.firstFrame(1);
    expect(book.take(1)).toBeNull();
    ask(2);
    book.firstToken(3);
    book.firstFrame(3);
    expect(book.take(3)).toBeNull();
    book.final();
    book.decided();
    book.firstFrame(4);
    expect(book.take(4)).toBeNull();
  });

  it('is known of the next answer, too, where last words are written down after the answer began', () => {
    const { clock, book } = begin();
    const askEarly = (utterance: number) => {
      book.personSound();
      clock.advance(250);
      book.decided();
      book.firstFrame(utterance);
      clock.advance(50);
      book.final();
    };
    askEarly(1);
    expect(book.take(1)).toMatchObject({ decided_ms: 250, final_ms: 300 });
    clock.advance(5000);
    askEarly(2);
    expect(book.take(2)).toMatchObject({ decided_ms: 250, first_frame_ms: 250, final_ms: 300 });
  });

  it('counts only the first of each step', () => {
    const { clock, book, ask } = begin();
    ask(2);
    clock.advance(1000);
    for (const step of [book.firstToken, book.firstSound, book.firstFrame, book.heard]) step(2);
    expect(book.take(2)).toEqual(usual);
  });

  it('knows nothing of an utterance that is not the newest any more', () => {
    const { clock, book, ask } = begin();
    ask(2);
    clock.advance(10);
    ask(3);
    book.heard(2);
    expect(book.take(2)).toBeNull();
    expect(book.take(3)).toEqual(usual);
  });

  it('sees an answer that was asked for before the turn was decided to be over', () => {
    const { clock, book } = begin();
    book.personSound();
    clock.advance(150);
    book.firstToken(2);
    clock.advance(50);
    book.final();
    book.decided();
    clock.advance(5);
    book.firstSound(2);
    book.firstFrame(2);
    expect(book.take(2)).toEqual({
      first_token_ms: 150,
      final_ms: 200,
      decided_ms: 200,
      first_sound_ms: 205,
      first_frame_ms: 205,
      heard_ms: null,
    });
  });

  it('gives the question to the next answer where an early one was thrown away', () => {
    const { clock, book, ask } = begin();
    book.personSound();
    book.firstToken(2);
    clock.advance(500);
    ask(3);
    expect(book.take(3)).toEqual(usual);
  });

  it('gives it to whoever speaks first where the reply failed', () => {
    const { clock, book } = begin();
    book.personSound();
    book.decided();
    clock.advance(100);
    book.firstToken(2);
    clock.advance(900);
    book.firstFrame(3);
    expect(book.take(3)).toMatchObject({ decided_ms: 0, first_token_ms: null, first_frame_ms: 1000 });
  });

  it('takes the final that comes after the decision, and lets nothing that sounds later move the beginning', () => {
    const { clock, book } = begin();
    book.personSound();
    clock.advance(300);
    book.decided();
    clock.advance(80);
    book.personSound();
    book.final();
    clock.advance(20);
    book.firstFrame(2);
    expect(book.take(2)).toMatchObject({ decided_ms: 300, final_ms: 380, first_frame_ms: 400 });
  });

  it('does not count noise after the final words as theirs', () => {
    const { clock, book } = begin();
    book.personSound();
    clock.advance(200);
    book.final();
    clock.advance(20);
    book.personSound();
    clock.advance(20);
    book.decided();
    book.firstFrame(1);
    expect(book.take(1)).toMatchObject({ final_ms: 200, decided_ms: 240 });
  });

  it('begins at the last sound also when that is told of later', () => {
    const { clock, book } = begin();
    book.personSound();
    clock.advance(1000);
    book.personSound(250);
    book.personSound(400);
    book.final();
    book.decided();
    book.firstFrame(1);
    expect(book.take(1)).toMatchObject({ final_ms: 250, decided_ms: 250 });
  });
});
