/** Fetches sound from Twilio's API: streamed, bounded in size and time, and with our credentials for the API alone. */
import type { Clock } from '../../base/clock.ts';
import { CarrierUnavailable, type RecordingMedia } from '../../ports/carrier.ts';
import { authorizationOf, type RestOptions, reasonOf } from './rest-client.ts';

/** For the beginning of an answer, a redirect counted in. */
const answerWithinMs = 10_000;
/** Between two pieces of the sound, however slow whoever reads it is. */
const standstillMs = 30_000;
/** 1 GiB: more than nine hours in stereo, longer than any call. */
const longestBytes = 1_073_741_824;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Cuts a request that stands still. */
interface Watchdog {
  signal: AbortSignal;
  /** Begins the wait anew. */
  wait(ms: number): void;
  stop(): void;
}

function createWatchdog(clock: Clock): Watchdog {
  const abort = new AbortController();
  let stop = () => {};
  return {
    signal: abort.signal,
    wait(ms) {
      stop();
      stop = clock.startTimer(ms, () => abort.abort(new Error(`nothing came for ${ms} ms`)));
    },
    stop: () => stop(),
  };
}

/** Twilio may keep sound elsewhere and send us there: over TLS, once, and without our credentials. */
function toRedirectTarget(response: Response, from: string): string | null {
  const location = response.headers.get('location');
  if (!redirects.has(response.status) || location === null) return null;
  const target = URL.parse(location, from);
  if (target?.protocol !== 'https:') throw new CarrierUnavailable('the sound is at an address that is not https');
  return target.href;
}

async function request(options: RestOptions, url: string, signal: AbortSignal): Promise<Response> {
  const asked: RequestInit = { redirect: 'manual', signal };
  // The sound as it is, so that its length is the length we are told.
  const headers = { accept: 'audio/*', 'accept-encoding': 'identity' };
  const response = await options.fetch(url, {
    ...asked,
    headers: { ...headers, authorization: authorizationOf(options) },
  });
  const target = toRedirectTarget(response, url);
  if (target === null) return response;
  await response.body?.cancel();
  return options.fetch(target, { ...asked, headers });
}

async function* readWhole(body: ReadableStream<Uint8Array>, watchdog: Watchdog): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const piece of body) {
      bytes += piece.byteLength;
      if (bytes > longestBytes) throw tooLong();
      watchdog.wait(standstillMs);
      yield piece;
    }
  } catch (error) {
    throw toUnavailable(error);
  } finally {
    watchdog.stop();
  }
}

function tooLong(): CarrierUnavailable {
  return new CarrierUnavailable(`the sound is longer than ${longestBytes} bytes`, 'carrier/recording-too-long');
}

function toUnavailable(error: unknown): CarrierUnavailable {
  return error instanceof CarrierUnavailable ? error : new CarrierUnavailable(reasonOf(error));
}

/** Null for what is no sound: an error page of somebody in between must not be kept as a recording. */
function soundTypeOf(response: Response): string | null {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '' || type === 'application/octet-stream' || type === 'binary/octet-stream') return 'audio/wav';
  return /^audio\/[\w.+-]+$/.test(type) ? type : null;
}

function lengthOf(response: Response): number | null {
  const said = response.headers.get('content-length') ?? '';
  return /^\d{1,15}$/.test(said) && !response.headers.has('content-encoding') ? Number(said) : null;
}

/** @throws CarrierUnavailable for an answer that is neither the sound nor "there is none" */
function toMedia(response: Response, watchdog: Watchdog): RecordingMedia | null {
  if (response.status === 404) return null;
  const contentType = soundTypeOf(response);
  if (response.status !== 200 || !response.body || contentType === null) {
    throw new CarrierUnavailable(`HTTP ${response.status} without sound`);
  }
  const length = lengthOf(response);
  if (length !== null && length > longestBytes) throw tooLong();
  watchdog.wait(standstillMs);
  return { contentType, length, body: readWhole(response.body, watchdog) };
}

/** Gives the sound at a path of the API, or null when there is none. Sound that nobody reads is let go in 30 s. */
export function createFetchMedia(options: RestOptions): (path: string) => Promise<RecordingMedia | null> {
  const { clock, log } = options;
  return async (path) => {
    const watchdog = createWatchdog(clock);
    watchdog.wait(answerWithinMs);
    let response: Response | undefined;
    try {
      response = await request(options, `${options.apiBaseUrl}${path}`, watchdog.signal);
      const media = toMedia(response, watchdog);
      log.debug({ resource: path, httpStatus: response.status, bytes: media?.length ?? null }, 'Twilio answered');
      if (media === null) await letGo(response, watchdog);
      return media;
    } catch (error) {
      const unavailable = toUnavailable(error);
      const httpStatus = response?.status ?? null;
      log.warn({ resource: path, httpStatus, reason: unavailable.message }, 'Twilio gave no sound');
      // A body that broke has nothing left to cancel.
      await letGo(response, watchdog).catch(() => {});
      throw unavailable;
    }
  };
}

async function letGo(response: Response | undefined, watchdog: Watchdog): Promise<void> {
  watchdog.stop();
  await response?.body?.cancel();
}
