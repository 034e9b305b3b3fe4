/** What every carrier keeps to, whoever it is: how calls are placed, refused, found, ended, and who may speak for it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type CallOrder,
  type Carrier,
  type CarrierInstruction,
  CarrierOutcomeUnknown,
  CarrierRefused,
  type CarrierRequest,
  CarrierUnavailable,
} from '../carrier.ts';

/** What the far side does with the next request to place a call. */
export type NextCreate =
  /** Makes the call and breaks the connection instead of answering. */
  | 'made-but-not-told'
  /** Makes the call and answers with something that cannot be read. */
  | 'made-but-garbled'
  /** Fails with a server error, so that nobody knows. */
  | 'server-error'
  /** Makes the call and never answers. */
  | 'silence';

/** A carrier and the far side it talks to, as one test needs them. */
export interface CarrierWorld {
  carrier: Carrier;
  /** The same carrier on a far side that cannot be reached. */
  unreachable: Carrier;
  numbers: { from: string; reachable: string; refused: string };
  /** An id of the right form that the far side has never given. */
  strangeSid: string;
  /** The time on the far side's clock, in milliseconds since 1970. */
  farNowMs(): number;
  /** How many calls the far side has made: the truth. */
  callsMade(): number;
  /** Absent behaviours cannot be brought about on this far side; the tests that need them say so. */
  nextCreate: Partial<Record<NextCreate, () => void>>;
  /** Absent where the far side keeps no recordings; the tests that need them say so. */
  recordings?: {
    /** An id of the right form that the far side has never given. */
    strangeSid: string;
    /** One that is known before its sound is there; `arrive` brings the sound and tells it. */
    announced(): Promise<{ recordingSid: string; arrive(): Promise<Uint8Array> }>;
    /** A call that is being recorded. */
    running(): Promise<{ carrierSid: string; isRecorded(): boolean; isLive(): boolean }>;
  };
  /** Lets a request that is never answered run into its limit. */
  outwait(pending: Promise<unknown>): Promise<void>;
  /** A webhook to this path as the carrier itself would send it. */
  signedWebhook(path: string): CarrierRequest;
  /** The opening of a socket on this path as the carrier itself would send it. */
  signedSocket(path: string): CarrierRequest;
  close(): Promise<void>;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
}

export function carrierContract(name: string, createWorld: () => Promise<CarrierWorld>): void {
  describe(`${name} keeps the contract of a carrier`, () => {
    let world: CarrierWorld;
    beforeEach(async () => {
      world = await createWorld();
    });
    afterEach(() => world.close());

    const orderTo = (to: string): CallOrder => ({
      to,
      from: world.numbers.from,
      instructions: { path: `${world.carrier.routes.instructions.path}?attempt=attempt_1` },
      statusPath: `${world.carrier.routes.status.path}?attempt=attempt_1`,
      ringSeconds: 30,
      maxDurationSeconds: 600,
    });
    const recorded = (parameters: Record<string, string>): CarrierInstruction[] => [
      { type: 'record-call', recordingPath: '/recording?callId=call_1', transcriptPath: '/transcript?callId=call_1' },
      { type: 'stream-audio', socketPath: '/media-stream/98765/call_1', parameters, afterPath: null },
      { type: 'hang-up' },
    ];
    const searchSince = (sinceMs: number) => ({ to: world.numbers.reachable, from: world.numbers.from, sinceMs });

    test('an accepted call has an id, is one call, and can be fetched', async () => {
      const placed = await world.carrier.placeCall(orderTo(world.numbers.reachable));
      expect(placed.carrierSid).not.toBe('');
      expect(world.callsMade()).toBe(1);
      const call = await world.carrier.fetchCall(placed.carrierSid);
      expect(call).toMatchObject({
        carrierSid: placed.carrierSid,
        to: world.numbers.reachable,
        from: world.numbers.from,
      });
    });

    test('a call may carry its instructions along', async () => {
      const order = { ...orderTo(world.numbers.reachable), instructions: { inline: recorded({}) } };
      const { carrierSid } = await world.carrier.placeCall(order);
      expect(await world.carrier.fetchCall(carrierSid)).toMatchObject({ to: world.numbers.reachable });
    });

    test('instructions too long to be carried along are refused, and nobody is rung', async () => {
      const parameters = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`p${at}`, 'x'.repeat(480)]));
      const order = { ...orderTo(world.numbers.reachable), instructions: { inline: recorded(parameters) } };
      expect(await failureOf(world.carrier.placeCall(order))).toBeInstanceOf(CarrierRefused);
      expect(world.callsMade()).toBe(0);
    });

    test('a refused call says why in the words and code of the carrier, and rings nobody', async () => {
      const failure = await failureOf(world.carrier.placeCall(orderTo(world.numbers.refused)));
      expect(failure).toBeInstanceOf(CarrierRefused);
      const refused = failure as CarrierRefused;
      expect(refused.carrierCode).toBeGreaterThan(0);
      expect(refused.httpStatus).toBeGreaterThanOrEqual(400);
      expect(refused.message).not.toBe('');
      expect(world.callsMade()).toBe(0);
    });

    test('a carrier that is not there refuses, since surely nothing was sent', async () => {
      const failure = await failureOf(world.unreachable.placeCall(orderTo(world.numbers.reachable)));
      expect(failure).toBeInstanceOf(CarrierRefused);
      expect(failure).toMatchObject({ carrierCode: null, httpStatus: null });
    });

    for (const behaviour of ['made-but-not-told', 'made-but-garbled', 'server-error', 'silence'] as const) {
      test(`a create that meets "${behaviour}" is an unknown outcome and is not sent again`, async (context) => {
        const arrange = world.nextCreate[behaviour];
        if (!arrange) return context.skip('this far side cannot do that');
        arrange();
        const sentAtMs = world.farNowMs();
        const pending = failureOf(world.carrier.placeCall(orderTo(world.numbers.reachable)));
        if (behaviour === 'silence') await world.outwait(pending);
        expect(await pending).toBeInstanceOf(CarrierOutcomeUnknown);
        expect(world.callsMade()).toBe(behaviour === 'server-error' ? 0 : 1);
        expect(await world.carrier.findCalls(searchSince(sentAtMs))).toHaveLength(world.callsMade());
      });
    }

    test('calls are found by their ends and time, newest first, and no others', async () => {
      const search = searchSince(world.farNowMs());
      const first = await world.carrier.placeCall(orderTo(world.numbers.reachable));
      const second = await world.carrier.placeCall(orderTo(world.numbers.reachable));
      const found = await world.carrier.findCalls(search);
      expect(new Set(found.map((call) => call.carrierSid))).toEqual(new Set([first.carrierSid, second.carrierSid]));
      const times = found.map((call) => call.createdAtMs);
      expect(times).toEqual([...times].sort((a, b) => b - a));
      expect(await world.carrier.findCalls({ ...search, to: world.numbers.from })).toEqual([]);
      expect(await world.carrier.findCalls({ ...search, sinceMs: world.farNowMs() + 60_000 })).toEqual([]);
    });

    test('a call that was never made is not there to fetch', async () => {
      expect(await world.carrier.fetchCall(world.strangeSid)).toBeNull();
    });

    test('a call is ended, once or twice or when it was never there', async () => {
      const { carrierSid } = await world.carrier.placeCall(orderTo(world.numbers.reachable));
      await world.carrier.endCall(carrierSid);
      const call = await world.carrier.fetchCall(carrierSid);
      expect(['completed', 'canceled', 'no_answer', 'failed', 'busy']).toContain(call?.status);
      await expect(world.carrier.endCall(carrierSid)).resolves.toBeUndefined();
      await expect(world.carrier.endCall(world.strangeSid)).resolves.toBeUndefined();
    });

    test('questions to a carrier that is not there fail as unavailable', async () => {
      expect(await failureOf(world.unreachable.fetchCall(world.strangeSid))).toBeInstanceOf(CarrierUnavailable);
      expect(await failureOf(world.unreachable.findCalls(searchSince(0)))).toBeInstanceOf(CarrierUnavailable);
      expect(await failureOf(world.unreachable.endCall(world.strangeSid))).toBeInstanceOf(CarrierUnavailable);
      expect(await failureOf(world.unreachable.fetchRecording('RE1'))).toBeInstanceOf(CarrierUnavailable);
      expect(await failureOf(world.unreachable.stopRecording(world.strangeSid))).toBeInstanceOf(CarrierUnavailable);
      expect(await failureOf(world.unreachable.deleteRecording('RE1'))).toBeInstanceOf(CarrierUnavailable);
    });

    async function soundOf(recordingSid: string): Promise<Uint8Array | null> {
      const media = await world.carrier.fetchRecording(recordingSid);
      if (!media) return null;
      expect(media.contentType).toMatch(/^audio\//);
      const pieces: Uint8Array[] = [];
      for await (const piece of media.body) pieces.push(piece);
      const sound = new Uint8Array(Buffer.concat(pieces));
      expect([null, sound.length]).toContain(media.length);
      return sound;
    }

    test('a recording is none until its sound is there, is fetched whole, and is gone once it is deleted', async (context) => {
      if (!world.recordings) return context.skip('this far side keeps no recordings');
      const { recordingSid, arrive } = await world.recordings.announced();
      expect(await soundOf(recordingSid)).toBeNull();
      const sound = await arrive();
      expect(sound.length).toBeGreaterThan(0);
      expect(await soundOf(recordingSid)).toEqual(sound);
      expect(await soundOf(recordingSid)).toEqual(sound);
      await world.carrier.deleteRecording(recordingSid);
      expect(await soundOf(recordingSid)).toBeNull();
      await expect(world.carrier.deleteRecording(recordingSid)).resolves.toBeUndefined();
    });

    test('a recording that runs is stopped, once or twice, and the call goes on', async (context) => {
      if (!world.recordings) return context.skip('this far side keeps no recordings');
      const { carrierSid, isRecorded, isLive } = await world.recordings.running();
      expect([isRecorded(), isLive()]).toEqual([true, true]);
      await world.carrier.stopRecording(carrierSid);
      expect([isRecorded(), isLive()]).toEqual([false, true]);
      await expect(world.carrier.stopRecording(carrierSid)).resolves.toBeUndefined();
      await expect(world.carrier.stopRecording(world.strangeSid)).resolves.toBeUndefined();
    });

    test('a recording that was never made is not there, and counts as deleted', async (context) => {
      if (!world.recordings) return context.skip('this far side keeps no recordings');
      expect(await soundOf(world.recordings.strangeSid)).toBeNull();
      await expect(world.carrier.deleteRecording(world.recordings.strangeSid)).resolves.toBeUndefined();
    });

    test('its own webhooks are believed, and the same with another path, body or no signature are not', () => {
      const { carrier } = world;
      const genuine = world.signedWebhook(`${carrier.routes.status.path}?attempt=attempt_1`);
      expect(carrier.verify(genuine)).toBe(true);
      expect(carrier.verify({ ...genuine, path: `${carrier.routes.status.path}?attempt=attempt_2` })).toBe(false);
      expect(carrier.verify({ ...genuine, body: `${genuine.body}&Extra=1` })).toBe(false);
      expect(carrier.verify({ ...genuine, headers: {} })).toBe(false);
      expect(carrier.verify({ ...genuine, headers: { ...genuine.headers, host: 'elsewhere.example' } })).toBe(true);
    });

    test.each(['/relay/call_1/a-token', '/media-stream/98765/call_1', '/streams'])(
      'its own socket on %s is believed, and the same on another path or unsigned is not',
      (path) => {
        const genuine = world.signedSocket(path);
        expect(world.carrier.verifySocket(genuine)).toBe(true);
        expect(world.carrier.verifySocket({ ...genuine, path: `${path}2` })).toBe(false);
        expect(world.carrier.verifySocket({ ...genuine, headers: {} })).toBe(false);
      },
    );

    test('a request that makes no sense is no event', () => {
      for (const route of Object.values(world.carrier.routes)) {
        for (const body of ['', '{}', 'a=1', '%', '\0']) {
          expect(route.parse({ method: 'POST', path: route.path, headers: {}, body })).toBeNull();
        }
      }
    });

    test('whoever asks what to do is told in one document, and whoever only tells us something is thanked', () => {
      const { instructions, voice, after, status, recording, transcript } = world.carrier.routes;
      for (const route of [instructions, voice, after]) {
        const answer = route.reply(...recorded({}));
        expect(answer).toMatchObject({ status: 200, contentType: expect.any(String) });
        expect(answer.body).toContain('/media-stream/98765/call_1');
        expect(answer.body).toContain('/recording?callId=call_1');
      }
      for (const route of [status, recording, transcript]) {
        expect(route.reply({ type: 'acknowledge' })).toMatchObject({ body: '' });
      }
    });

    test('what comes over a socket and is no frame is a bad one', () => {
      for (const codec of [world.carrier.relay, world.carrier.media]) {
        for (const frame of ['', '{bad', '"text"', 'null']) {
          expect(() => codec.decode(frame)).toThrow(expect.objectContaining({ code: 'carrier/bad-frame' }));
        }
      }
    });
  });
}
