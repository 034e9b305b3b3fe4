import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import type { Carrier, RecordingMedia } from '../../ports/carrier.ts';
import {
  type Answer,
  account,
  accountSid,
  authToken,
  carrierOn,
  type FarSide,
  json,
  startFarSide,
  twilioError,
} from './testing/far-side.ts';

const wav = Uint8Array.from({ length: 50_000 }, (_, at) => at % 256);
const unavailable = { code: 'carrier/unavailable' };

function sound(headers: Record<string, string | number>): Answer {
  return (response) => response.writeHead(200, headers).end(wav);
}

async function bytesOf(media: RecordingMedia | null): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of media?.body ?? []) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

/** What was asked of a `fetch` in the place of the real one, which answers as it is told. */
function watchedFetch(answers: Record<string, () => Response>) {
  const asked: { url: string; headers: Headers; redirect: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (url, request) => {
    asked.push({ url: String(url), headers: new Headers(request?.headers), redirect: request?.redirect });
    return answers[String(url)]?.() ?? new Response(null, { status: 500 });
  };
  return { asked, fetch };
}

describe('the sound of a recording', () => {
  let farSide: FarSide;
  let clock: FakeClock;
  let carrier: Carrier;
  beforeEach(async () => {
    farSide = await startFarSide();
    clock = createFakeClock();
    carrier = carrierOn(farSide.url, clock);
  });
  afterEach(async () => {
    expect(clock.pendingTimers).toBe(0);
    await farSide.close();
  });

  test('is asked for as WAV, signed in, and comes as it is', async () => {
    farSide.answer = sound({ 'content-type': 'audio/x-wav; charset=binary', 'content-length': wav.length });
    const media = await carrier.fetchRecording('RE1');
    expect(media).toMatchObject({ contentType: 'audio/x-wav', length: wav.length });
    expect(await bytesOf(media)).toEqual(wav);
    const [asked] = farSide.asked;
    expect([asked?.method, asked?.path]).toEqual(['GET', `${account}/Recordings/RE1.wav`]);
    const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
    expect(asked?.headers.authorization).toBe(`Basic ${credentials}`);
    expect(asked?.headers['accept-encoding']).toBe('identity');
  });

  test('may come without its length, and from a store that does not know what it is', async () => {
    farSide.answer = sound({ 'content-type': 'binary/octet-stream' });
    const media = await carrier.fetchRecording('RE1');
    expect(media).toMatchObject({ contentType: 'audio/wav', length: null });
    expect(await bytesOf(media)).toHaveLength(wav.length);
  });

  test('that is not there is null, whoever says so', async () => {
    for (const answer of [twilioError(404, 20404, 'not found'), ((r) => r.writeHead(404).end('<x/>')) as Answer]) {
      farSide.answer = answer;
      expect(await carrier.fetchRecording('RE1')).toBeNull();
    }
  });

  test.each<[string, Answer]>([
    ['a page', sound({ 'content-type': 'text/html' })],
    ['JSON', json(200, { sid: 'RE1' })],
    ['a refusal', twilioError(401, 20003, 'Authenticate')],
    ['an empty 204', (r) => r.writeHead(204).end()],
    ['a part', (r) => r.writeHead(206, { 'content-type': 'audio/x-wav' }).end(wav)],
    ['a server error', (r) => r.writeHead(503).end('<html>busy</html>')],
    ['a broken connection', (r) => r.destroy()],
    ['a redirect without an address', (r) => r.writeHead(302).end()],
    ['a redirect to plain http', (r) => r.writeHead(302, { location: '/elsewhere' }).end()],
    ['a redirect to a file', (r) => r.writeHead(302, { location: 'file:///etc/passwd' }).end()],
    ['a redirect to nowhere', (r) => r.writeHead(302, { location: 'https://' }).end()],
  ])('%s is not taken for sound', async (_, answer) => {
    farSide.answer = answer;
    await expect(carrier.fetchRecording('RE1')).rejects.toMatchObject(unavailable);
    expect(farSide.asked).toHaveLength(1);
  });

  test('that breaks off fails instead of ending', async () => {
    farSide.answer = (response) => {
      response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': wav.length + 1 });
      response.write(wav, () => response.destroy());
    };
    const media = await carrier.fetchRecording('RE1');
    await expect(bytesOf(media)).rejects.toMatchObject(unavailable);
  });

  test('must begin within 10 s', async () => {
    farSide.answer = () => undefined;
    const pending = carrier.fetchRecording('RE1').catch((error: unknown) => error);
    await farSide.nextRequest();
    clock.advance(9_999);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    expect(await pending).toMatchObject({ ...unavailable, message: 'nothing came for 10000 ms' });
  });

  test('may take as long as it likes, but must not stand still for 30 s', async () => {
    let sendMore = () => {};
    farSide.answer = (response) => {
      response.writeHead(200, { 'content-type': 'audio/x-wav' });
      sendMore = () => response.write(wav);
      sendMore();
    };
    const media = await carrier.fetchRecording('RE1');
    clock.advance(29_999);
    const pieces = media?.body[Symbol.asyncIterator]();
    for (let piece = 0; piece < 4; piece += 1) {
      expect(await pieces?.next()).toMatchObject({ done: false });
      sendMore();
      clock.advance(29_999);
    }
    const standstill = (async () => {
      while (!(await pieces?.next())?.done) clock.advance(30_000);
    })();
    await expect(standstill).rejects.toMatchObject({ ...unavailable, message: 'nothing came for 30000 ms' });
  });

  test('that nobody reads is let go', async () => {
    let closed: () => void = () => {};
    const whenClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    farSide.answer = (response) => {
      response.on('close', closed).writeHead(200, { 'content-type': 'audio/x-wav' }).write(wav);
    };
    await carrier.fetchRecording('RE1');
    clock.advance(30_000);
    await whenClosed;
  });

  test('whoever stops reading ends the request', async () => {
    let closed: () => void = () => {};
    const whenClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    farSide.answer = (response) => {
      response.on('close', closed).writeHead(200, { 'content-type': 'audio/x-wav' }).write(wav);
    };
    const media = await carrier.fetchRecording('RE1');
    for await (const _ of media?.body ?? []) break;
    await whenClosed;
  });

  test('over 1 GiB is too long, by its own word or in truth', async () => {
    const tooLong = { code: 'carrier/recording-too-long' };
    farSide.answer = sound({ 'content-type': 'audio/x-wav', 'content-length': 1_073_741_825 });
    await expect(carrier.fetchRecording('RE1')).rejects.toMatchObject(tooLong);
    // The same 64 MiB over and over: 17 of them are one too many.
    const pieceOf64MiB = new Uint8Array(2 ** 26);
    const body = () => ReadableStream.from(Array.from({ length: 17 }, () => pieceOf64MiB));
    const { fetch } = watchedFetch({
      [`https://api.twilio.com${account}/Recordings/RE1.wav`]: () =>
        new Response(body(), { headers: { 'content-type': 'audio/x-wav' } }),
    });
    const watched = carrierOn('https://api.twilio.com', clock, { fetch });
    const media = await watched.fetchRecording('RE1');
    let pieces = 0;
    const reading = (async () => {
      for await (const _ of media?.body ?? []) pieces += 1;
    })();
    await expect(reading).rejects.toMatchObject(tooLong);
    expect(pieces).toBe(16);
  });
});

describe('sound that is kept elsewhere', () => {
  const clock = createFakeClock();
  const api = `https://api.twilio.com${account}/Recordings/RE1.wav`;
  const elsewhere = 'https://media.example.test/RE1?signature=1';
  const goTo = (location: string) => () => new Response(null, { status: 307, headers: { location } });
  const here = () => new Response(wav, { headers: { 'content-type': 'audio/x-wav' } });

  test('is followed to over TLS, once, without our credentials', async () => {
    const { asked, fetch } = watchedFetch({ [api]: goTo(elsewhere), [elsewhere]: here });
    const media = await carrierOn('https://api.twilio.com', clock, { fetch }).fetchRecording('RE1');
    expect(await bytesOf(media)).toEqual(wav);
    expect(asked.map(({ url }) => url)).toEqual([api, elsewhere]);
    expect(asked.map(({ headers }) => headers.has('authorization'))).toEqual([true, false]);
    expect(asked.map(({ redirect }) => redirect)).toEqual(['manual', 'manual']);
  });

  test('is not followed a second time, nor off TLS', async () => {
    const twice = watchedFetch({ [api]: goTo(elsewhere), [elsewhere]: goTo('https://third.example.test/') });
    const plain = watchedFetch({ [api]: goTo('http://media.example.test/RE1') });
    for (const [{ asked, fetch }, times] of [
      [twice, 2],
      [plain, 1],
    ] as const) {
      const carrier = carrierOn('https://api.twilio.com', clock, { fetch });
      await expect(carrier.fetchRecording('RE1')).rejects.toMatchObject(unavailable);
      expect(asked).toHaveLength(times);
    }
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('stopping a recording', () => {
  test("is done at once by Twilio's own word, and not at a stranger's", async () => {
    const farSide = await startFarSide();
    const carrier = carrierOn(farSide.url, createFakeClock());
    const done = ((r) => r.writeHead(200).end('{}')) as Answer;
    for (const answer of [done, twilioError(404, 20404, 'not found'), twilioError(400, 21220, 'not eligible')]) {
      farSide.answer = answer;
      await carrier.stopRecording('CA1');
    }
    const [first] = farSide.asked;
    expect([first?.method, first?.path]).toEqual(['POST', `${account}/Calls/CA1/Recordings/Twilio.CURRENT.json`]);
    expect(first?.form.get('Status')).toBe('stopped');
    for (const answer of [((r) => r.writeHead(404).end('<html>')) as Answer, twilioError(503, 20503, 'later')]) {
      farSide.answer = answer;
      await expect(carrier.stopRecording('CA1')).rejects.toMatchObject(unavailable);
    }
    await farSide.close();
  });
});

describe('deleting a recording', () => {
  test("is done when Twilio says so or has none, and not at a stranger's word", async () => {
    const farSide = await startFarSide();
    const carrier = carrierOn(farSide.url, createFakeClock());
    for (const answer of [((r) => r.writeHead(204).end()) as Answer, twilioError(404, 20404, 'not found')]) {
      farSide.answer = answer;
      await carrier.deleteRecording('RE1');
    }
    expect([farSide.asked[0]?.method, farSide.asked[0]?.path]).toEqual(['DELETE', `${account}/Recordings/RE1.json`]);
    for (const answer of [((r) => r.writeHead(404).end('<html>')) as Answer, twilioError(503, 20503, 'later')]) {
      farSide.answer = answer;
      await expect(carrier.deleteRecording('RE1')).rejects.toMatchObject(unavailable);
    }
    await farSide.close();
  });
});
