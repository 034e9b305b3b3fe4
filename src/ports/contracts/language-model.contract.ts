/** What every language model must do, whoever is behind it; run by each provider's own tests. */
import { getEventListeners } from 'node:events';
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeClock } from '../../base/clock.ts';
import type { LanguageModel, LanguageModelFailed, ReplyPart, ReplyRequest, ToolCall } from '../language-model.ts';

/** One request as its vendor sees it, and what the vendor can do about it. */
export interface VendorExchange {
  say(text: string): void;
  callTools(calls: readonly ToolCall[]): void;
  /** Says that the reply is complete, and ends the answer. */
  finish(usage?: { inputTokens: number; outputTokens: number }): void;
  /** Answers with a failure instead of a reply. */
  refuse(why: 'bad-key' | 'bad-request' | 'overloaded'): void;
  /** Reports a failure in the middle of the reply. */
  breakOff(): void;
  /** Ends the answer properly without having said that the reply is complete. */
  end(): void;
  /** Cuts the connection. */
  cut(): void;
  /** Resolves when the connection of this request is gone. */
  closed: Promise<void>;
}

export interface LanguageModelVendor {
  nextRequest(): Promise<VendorExchange>;
  readonly requestCount: number;
  /** Nobody answers at the vendor's address any more. */
  goAway(): Promise<void>;
}

export interface LanguageModelUnderTest {
  model: LanguageModel;
  clock: FakeClock;
  /** Lets the reply in progress say several words and finish. */
  speak(): Promise<void>;
  /** Lets it say its first word only. */
  speakFirstWord(): Promise<void>;
  /** The outside party, or the reason why there is none. */
  vendor: LanguageModelVendor | { absentBecause: string };
  close(): Promise<void>;
}

export interface LanguageModelContract {
  name: string;
  create(): Promise<LanguageModelUnderTest>;
  /** The limits the model was made with; null when it waits for nobody. */
  limits: { firstTokenMs: number; betweenTokensMs: number; totalMs: number } | null;
}

export function requestOf(said: string, signal: AbortSignal = new AbortController().signal): ReplyRequest {
  return { messages: [{ role: 'user', content: said }], tools: [], signal };
}

/** What came of a reply: its parts, and how it ended. */
export async function collect(reply: AsyncIterable<ReplyPart>) {
  const parts: ReplyPart[] = [];
  try {
    for await (const part of reply) parts.push(part);
    return { parts, text: textOf(parts), failure: null };
  } catch (error) {
    return { parts, text: textOf(parts), failure: error as LanguageModelFailed };
  }
}

function textOf(parts: readonly ReplyPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

export function languageModelContract(contract: LanguageModelContract): void {
  describe(`${contract.name} keeps the contract of a language model`, () => {
    let subject: LanguageModelUnderTest;
    beforeEach(async () => {
      subject = await contract.create();
    });
    afterEach(() => subject.close());

    it('streams a reply in several parts and leaves no timer and no listener', async () => {
      const { signal } = new AbortController();
      const result = collect(subject.model.reply(requestOf('hello', signal)));
      await subject.speak();
      const { parts, text, failure } = await result;
      expect(failure).toBeNull();
      expect(parts.filter((part) => part.type === 'text').length).toBeGreaterThan(1);
      expect(text.trim()).not.toBe('');
      expect(subject.clock.pendingTimers).toBe(0);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it('says nothing when it was given up before it began', async () => {
      const result = await collect(subject.model.reply(requestOf('hello', AbortSignal.abort())));
      expect(result).toEqual({ parts: [], text: '', failure: null });
      expect(subject.clock.pendingTimers).toBe(0);
      if ('requestCount' in subject.vendor) expect(subject.vendor.requestCount).toBe(0);
    });

    it('ends at once and without an error when it is given up in the middle', async () => {
      const giveUp = new AbortController();
      const reply = subject.model.reply(requestOf('hello', giveUp.signal))[Symbol.asyncIterator]();
      const first = reply.next();
      await subject.speakFirstWord();
      expect((await first).value).toMatchObject({ type: 'text' });
      const second = reply.next();
      await nextTick();
      giveUp.abort();
      expect(await second).toEqual({ value: undefined, done: true });
      expect(subject.clock.pendingTimers).toBe(0);
    });

    it('says nothing more when it was given up between two parts', async () => {
      const giveUp = new AbortController();
      const reply = subject.model.reply(requestOf('hello', giveUp.signal))[Symbol.asyncIterator]();
      const first = reply.next();
      await subject.speakFirstWord();
      await first;
      giveUp.abort();
      expect(await reply.next()).toEqual({ value: undefined, done: true });
      expect(subject.clock.pendingTimers).toBe(0);
    });

    it('frees everything when its reader leaves early', async () => {
      const reply = subject.model.reply(requestOf('hello'))[Symbol.asyncIterator]();
      const first = reply.next();
      await subject.speakFirstWord();
      await first;
      await reply.return?.();
      expect(subject.clock.pendingTimers).toBe(0);
    });

    const { limits } = contract;
    if (limits) {
      const vendorOf = () => {
        if ('absentBecause' in subject.vendor) throw new Error(subject.vendor.absentBecause);
        return subject.vendor;
      };
      vendorContract(() => ({ model: subject.model, clock: subject.clock, vendor: vendorOf() }), limits);
    } else {
      it('waits for nobody, and says why', () => {
        expect(subject.vendor).toMatchObject({ absentBecause: expect.stringMatching(/\w+ \w+/u) });
      });
    }
  });
}

type WithVendor = { model: LanguageModel; clock: FakeClock; vendor: LanguageModelVendor };

function vendorContract(subject: () => WithVendor, limits: NonNullable<LanguageModelContract['limits']>): void {
  describe('towards its vendor', () => {
    repliesContract(subject);
    failuresContract(subject);
    timeoutsContract(subject, limits);
  });
}

function repliesContract(subject: () => WithVendor): void {
  it('gives tool calls whole, as the model wrote them, and the tokens used', async () => {
    const { model, vendor } = subject();
    const calls = [
      { id: 'call-a', name: 'hang_up', argumentsJson: '{"reason":"done — ✓"}' },
      { id: 'call-b', name: 'send_keys', argumentsJson: '{not json' },
    ];
    const result = collect(model.reply(requestOf('bye')));
    const exchange = await vendor.nextRequest();
    exchange.say('Goodbye.');
    exchange.callTools(calls);
    exchange.finish({ inputTokens: 12, outputTokens: 7 });
    const { parts, failure } = await result;
    expect(failure).toBeNull();
    expect(parts).toEqual([
      { type: 'text', text: 'Goodbye.' },
      { type: 'tool-call', call: calls[0] },
      { type: 'tool-call', call: calls[1] },
      { type: 'usage', inputTokens: 12, outputTokens: 7 },
    ]);
  });

  it('does not mix two replies at once', async () => {
    const { model, vendor } = subject();
    const first = collect(model.reply(requestOf('one')));
    const firstExchange = await vendor.nextRequest();
    const second = collect(model.reply(requestOf('two')));
    const secondExchange = await vendor.nextRequest();
    secondExchange.say('second');
    firstExchange.say('first');
    firstExchange.finish();
    secondExchange.finish();
    expect((await first).text).toBe('first');
    expect((await second).text).toBe('second');
  });

  it('closes the connection when it is given up', async () => {
    const { model, vendor } = subject();
    const giveUp = new AbortController();
    const result = collect(model.reply(requestOf('hello', giveUp.signal)));
    const exchange = await vendor.nextRequest();
    giveUp.abort();
    await exchange.closed;
    expect(await result).toEqual({ parts: [], text: '', failure: null });
  });
}

function failuresContract(subject: () => WithVendor): void {
  it.each(['bad-key', 'bad-request'] as const)('is refused for a %s, and does not ask again', async (why) => {
    const { model, vendor, clock } = subject();
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).refuse(why);
    expect((await result).failure).toMatchObject({ code: 'llm/refused', retryable: false });
    expect(vendor.requestCount).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks once more when the vendor is overloaded', async () => {
    const { model, vendor, clock } = subject();
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).refuse('overloaded');
    const again = await advanceUntil(clock, vendor.nextRequest());
    again.say('Here I am.');
    again.finish();
    expect(await result).toMatchObject({ text: 'Here I am.', failure: null });
  });

  it('asks no third time', async () => {
    const { model, vendor, clock } = subject();
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).refuse('overloaded');
    (await advanceUntil(clock, vendor.nextRequest())).refuse('overloaded');
    expect((await result).failure).toMatchObject({ code: 'llm/unavailable', retryable: true });
    expect(vendor.requestCount).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is unavailable when nobody is there', async () => {
    const { model, vendor, clock } = subject();
    await vendor.goAway();
    const { failure } = await advanceUntil(clock, collect(model.reply(requestOf('hello'))));
    expect(failure).toMatchObject({ code: 'llm/unavailable', retryable: true });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each(['breakOff', 'end', 'cut'] as const)('is broken, and not asked again, after words and %s', async (how) => {
    const { model, vendor, clock } = subject();
    const reply = model.reply(requestOf('hello'))[Symbol.asyncIterator]();
    const first = reply.next();
    const exchange = await vendor.nextRequest();
    exchange.say('I will');
    expect((await first).value).toEqual({ type: 'text', text: 'I will' });
    exchange[how]();
    await expect(reply.next()).rejects.toMatchObject({ code: 'llm/broken-stream' });
    expect(vendor.requestCount).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never acts on a tool call that was not finished', async () => {
    const { model, vendor } = subject();
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    exchange.say('Good');
    exchange.callTools([{ id: 'call-a', name: 'hang_up', argumentsJson: '{}' }]);
    exchange.end();
    const parts = [{ type: 'text', text: 'Good' }];
    expect(await result).toMatchObject({ parts, failure: { code: 'llm/broken-stream' } });
  });
}

function timeoutsContract(subject: () => WithVendor, limits: NonNullable<LanguageModelContract['limits']>): void {
  const timeout = { code: 'llm/timeout', retryable: true };

  it('gives up on a vendor that does not begin', async () => {
    const { model, vendor, clock } = subject();
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    clock.advance(limits.firstTokenMs - 1);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    expect((await result).failure).toMatchObject(timeout);
    await exchange.closed;
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a vendor that stalls after a word', async () => {
    const { model, vendor, clock } = subject();
    const reply = model.reply(requestOf('hello'))[Symbol.asyncIterator]();
    const first = reply.next();
    const exchange = await vendor.nextRequest();
    clock.advance(limits.firstTokenMs - 1);
    exchange.say('Well');
    expect((await first).value).toEqual({ type: 'text', text: 'Well' });
    const second = collect({ [Symbol.asyncIterator]: () => reply });
    await nextTick();
    clock.advance(limits.betweenTokensMs - 1);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    expect((await second).failure).toMatchObject(timeout);
    await exchange.closed;
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a vendor that drips without end', async () => {
    const { model, vendor, clock } = subject();
    const reply = model.reply(requestOf('hello'))[Symbol.asyncIterator]();
    let pending = reply.next();
    const exchange = await vendor.nextRequest();
    let words = 0;
    const drip = async () => {
      for (;;) {
        exchange.say('and ');
        await pending;
        words += 1;
        pending = reply.next();
        await nextTick();
        clock.advance(limits.betweenTokensMs - 1);
      }
    };
    await expect(drip()).rejects.toMatchObject(timeout);
    expect(words).toBe(Math.ceil(limits.totalMs / (limits.betweenTokensMs - 1)));
  });

  it('does not take a slow reader for a slow vendor', async () => {
    const { model, vendor, clock } = subject();
    const reply = model.reply(requestOf('hello'))[Symbol.asyncIterator]();
    const first = reply.next();
    const exchange = await vendor.nextRequest();
    exchange.say('Take ');
    await first;
    expect(clock.pendingTimers).toBe(0);
    clock.advance(limits.totalMs * 2);
    exchange.say('your time.');
    exchange.finish();
    expect((await reply.next()).value).toEqual({ type: 'text', text: 'your time.' });
    expect((await reply.next()).done).toBe(true);
  });
}

/** Moves time on in small steps until the promise settles. */
async function advanceUntil<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const watched = promise.finally(() => {
    settled = true;
  });
  while (!settled) {
    await nextTick();
    clock.advance(10);
  }
  return watched;
}
