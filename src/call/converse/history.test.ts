import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { createSeededRandom } from '../../base/random.ts';
import type { TurnRow } from '../../store/turns.ts';
import { createMemoryRecord } from '../testing/memory-record.ts';
import { createHistory } from './history.ts';
import { handedBackWords, type ToldBefore, toModelWords, toToldBefore } from './told-meanwhile.ts';

function start(earlier: readonly TurnRow[] = [], toldBefore: readonly ToldBefore[] = []) {
  const clock = createFakeClock();
  const record = createMemoryRecord();
  const newId = createIds(clock, createSeededRandom(1));
  const history = createHistory({
    callId: 'call_1',
    clientId: 'client_a',
    record,
    clock,
    newId,
    earlier,
    toldBefore,
    charactersPerSecond: 10,
  });
  return { clock, record, history, last: () => record.turns().at(-1) };
}

const row = (index: number, speaker: string, heardText: string | null): TurnRow => ({
  call_id: 'call_1',
  index,
  speaker,
  text: 'Generated text.',
  heard_text: heardText,
  heard_source: 'confirmed',
  interrupted: false,
  started_at: new Date(0),
  ended_at: null,
  reply_ms: null,
  latency: null,
});

describe('the history of a call', () => {
  it('guesses whole words by the clock where the carrier reports no playback', () => {
    const { clock, history, last } = start();
    history.assistant(1, 'Hello Sarah, how are you?');
    clock.advance(1400);
    history.heard(1, 'as-played');
    expect(last()).toMatchObject({ heard_text: 'Hello Sarah,', heard_source: 'estimated', interrupted: true });
  });

  it('takes what the carrier played for what was heard, also words that were still on their way', () => {
    const { history, last } = start();
    history.assistant(1, 'Hello Sarah, how are you?');
    history.played('Hello ');
    history.heard(1, 'as-played');
    expect(history.played('Sarah, ')).toBe(false);
    expect(last()).toMatchObject({ heard_text: 'Hello Sarah,', heard_source: 'confirmed', interrupted: true });
    expect(history.messages()).toEqual([{ role: 'assistant', content: 'Hello Sarah,' }]);
  });

  it('does not let late words of an old utterance count for the new one', () => {
    const { history, last } = start();
    history.assistant(1, 'Hello Sarah, how are you?');
    history.played('Hello ');
    history.heard(1, 'as-played');
    history.assistant(2, 'Goodbye.');
    expect(history.played('Sarah, ')).toBe(false);
    expect(history.played('Goodbye.')).toBe(true);
    history.heard(2, 'all');
    expect(last()).toMatchObject({ heard_text: 'Goodbye.', interrupted: false });
  });

  it('tells the model nothing of words that nobody heard', () => {
    const { history } = start([row(0, 'person', 'Generated text.'), row(1, 'assistant', null)]);
    history.assistant(1, 'Not played yet.');
    expect(history.messages()).toEqual([{ role: 'user', content: 'Generated text.' }]);
  });

  it('goes on counting turns after those of an earlier session, and leaves those alone', () => {
    const { history, record } = start([row(0, 'assistant', 'Hello.')]);
    history.person('Yes?');
    history.heard(1, 'all');
    expect(record.turns().map((turn) => turn.index)).toEqual([1]);
    expect(record.events.map((event) => [event.type, event.key, event.client_id])).toEqual([
      ['turn.completed', 'turn.completed:1', 'client_a'],
    ]);
  });

  it('keeps how quickly an answer came, also over later news of the same turn', () => {
    const { history, last } = start();
    const latency = {
      ...{ decided_ms: 200, final_ms: 190, first_token_ms: 500, first_sound_ms: 560, first_frame_ms: 561 },
      heard_ms: null,
    };
    history.assistant(1, 'Hello Sarah.');
    history.latency(1, latency);
    history.latency(2, { ...latency, heard_ms: 1 });
    history.heard(1, 'all');
    expect(JSON.parse(last()?.latency ?? '')).toEqual(latency);
  });

  it('tells the model of an instruction at its place, and keeps who gave it', () => {
    const { record, history } = start();
    history.person('Hello?');
    history.instructed({ text: 'Offer ten percent.', by: 'user:user_1', respond: true }, false);
    history.person('How much is it?');
    expect(history.messages()).toEqual([
      { role: 'user', content: 'Hello?' },
      { role: 'system', content: toModelWords('Offer ten percent.') },
      { role: 'user', content: 'How much is it?' },
    ]);
    const event = record.events.find(({ type }) => type === 'call.instructed');
    expect(JSON.parse(event?.data as string)).toEqual({
      ...{ text: 'Offer ten percent.', by: 'user:user_1', turn: 1 },
      ...{ respond: true, answers_at_once: false },
    });
  });

  it('still holds an instruction when the conversation goes on after a break', () => {
    const before = start();
    before.history.person('Hello?');
    before.history.instructed({ text: 'Be brief.', by: 'user:user_1', respond: false }, false);
    before.history.takenOver('user:user_1');
    before.history.handedBack('user:user_1');
    const events = before.record.events.map(({ type, data }) => ({ type, data: JSON.parse(data as string) }));
    const told = events.filter(({ type }) => /instructed|handed_back/.test(type)).map(toToldBefore);
    const { history } = start([row(0, 'person', 'Hello?')], told);
    history.person('Well?');
    expect(history.messages().slice(1)).toEqual([
      { role: 'system', content: toModelWords('Be brief.') },
      { role: 'system', content: handedBackWords },
      { role: 'user', content: 'Well?' },
    ]);
  });

  it('keeps what an operator says among what the person says, and tells the model that it was somebody else', () => {
    const { record, history } = start();
    history.person('How much is it?');
    history.takenOver('user:user_1');
    history.operator('Ten dollars.');
    history.person('Fine.');
    history.operator('Good.');
    history.handedBack('user:user_1');
    const colleague = (text: string) => ({
      ...{ role: 'system', content: `A human colleague said to the person in your place: “${text}”` },
    });
    expect(history.messages()).toEqual([
      { role: 'user', content: 'How much is it?' },
      colleague('Ten dollars.'),
      { role: 'user', content: 'Fine.' },
      colleague('Good.'),
      { role: 'system', content: handedBackWords },
    ]);
    expect(history.handedBackWords()).toBe(
      [handedBackWords, colleague('Ten dollars.').content, colleague('Good.').content].join(' '),
    );
    expect(record.turns().map(({ speaker, heard_text }) => `${speaker}: ${heard_text}`)).toEqual([
      ...['person: How much is it?', 'operator: Ten dollars.', 'person: Fine.', 'operator: Good.'],
    ]);
    const { history: later } = start(record.turns() as TurnRow[]);
    expect(later.messages()).toEqual(history.messages().slice(0, 4));
    expect(history.said).toEqual({ turns: 2, newest: 'Fine.' });
  });

  it('notes once that an operator said what nobody has understood, until somebody else speaks', () => {
    const { record, history } = start();
    history.operator(null);
    history.operator(null);
    history.person('Yes.');
    history.operator(null);
    const texts = record.turns().map(({ speaker, text }) => `${speaker}: ${text}`);
    const unknown = 'operator: [spoke; the words are not known]';
    expect(texts).toEqual([unknown, 'person: Yes.', unknown]);
    expect(history.messages()).toEqual([{ role: 'user', content: 'Yes.' }]);
    expect(history.handedBackWords()).toBe(handedBackWords);
  });
});
