/** Looks at everything that calls need, and says of each what was found and what to do. */
import { statfs } from 'node:fs/promises';
import type { HealthFinding } from '../api/contract/health.ts';
import { messageOf } from '../base/errors.ts';
import type { Config } from '../config/read-config.ts';
import { isLoopback } from '../config/read-config.ts';
import type { Store } from '../store/open-store.ts';
import { type Foundation, paths } from './foundation.ts';
import type { Network } from './open-network.ts';

export interface HealthParts extends Pick<Foundation, 'config' | 'overrides' | 'clock'> {
  store: Pick<Store, 'isReachable'>;
  network: Pick<Network, 'carrier' | 'simulator'>;
  publicUrl: string;
  /** Numbers that are answered here, at most so many. */
  answeredNumbers(limit: number): Promise<string[]>;
}

/** How long one look at something outside may take. */
const patienceMs = 5000;
const leastFreeBytes = 1024 ** 3;
/** Signatures and tokens are refused when clocks differ by more. */
const mostSkewMs = 30_000;

/** So many numbers are looked at; each is one request to the carrier. */
const mostNumbers = 50;

const good = (about: string, detail: string): HealthFinding => ({ about, state: 'good', detail, mend: null });
const warning = (about: string, detail: string, mend: string): HealthFinding => ({
  about,
  state: 'warning',
  detail,
  mend,
});
const bad = (about: string, detail: string, mend: string): HealthFinding => ({ about, state: 'bad', detail, mend });

/** Never rejects: what cannot be looked at is a finding, too. */
export async function findHealth(parts: HealthParts): Promise<HealthFinding[]> {
  const outside = parts.network.simulator ? [] : [checkPublicUrl(parts), checkClock(parts)];
  const looks = [checkDatabase(parts), checkCarrier(parts), checkNumbers(parts), ...outside, checkDisk(parts.config)];
  return [...(await Promise.all(looks)), checkModel(parts.config), checkSpeech(parts), checkPace(parts.config)];
}

async function checkDatabase({ store, config }: HealthParts): Promise<HealthFinding> {
  const where = config.databaseUrl === null ? `the embedded one in ${config.dataDir}` : 'a Postgres server';
  if (await store.isReachable()) return good('Database', `It answers: ${where}.`);
  return bad('Database', `It does not answer: ${where}.`, 'Look at DATABASE_URL and whether the database runs.');
}

async function checkCarrier({ network, config, clock }: HealthParts): Promise<HealthFinding> {
  const about = 'Carrier';
  if (network.simulator) {
    const mend = 'For real calls set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER.';
    return { about, state: 'good', detail: 'The simulated phone network: no real phone rings.', mend };
  }
  const { phoneNumber } = config;
  try {
    await network.carrier.findCalls({ to: phoneNumber, from: phoneNumber, sinceMs: clock.now() });
    return good(about, `The account answers; calls are made from ${phoneNumber}.`);
  } catch (error) {
    const mend = 'Compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with the console of the account.';
    return bad(about, `The account does not answer: ${messageOf(error)}`, mend);
  }
}

/** Whether the carrier asks this server what to do with calls to the numbers that are answered here. */
async function checkNumbers({ network, answeredNumbers }: HealthParts): Promise<HealthFinding> {
  const about = 'Webhooks of numbers';
  try {
    const numbers = await answeredNumbers(mostNumbers);
    if (numbers.length === 0) return good(about, 'No number is answered here, so none needs one.');
    const found = { us: [] as string[], another: [] as string[], 'not-ours': [] as string[] };
    for (const number of numbers) {
      found[await network.carrier.findNumberWebhook({ number, voicePath: paths.voice })].push(number);
    }
    const { us, another, 'not-ours': foreign } = found;
    if (another.length > 0) {
      const detail = `Somebody else is asked, or nobody, when these are called: ${another.join(', ')}.`;
      return bad(about, detail, 'Press "Set webhooks" on the page Numbers, or POST /v1/phone-numbers/sync.');
    }
    if (foreign.length > 0) {
      const detail = `The account of the carrier does not have ${foreign.join(', ')}.`;
      return bad(about, detail, 'Remove them under Numbers, or set up the account that has them.');
    }
    return good(about, `The carrier asks this server about ${us.length} of them.`);
  } catch (error) {
    const detail = `They could not be looked at: ${messageOf(error)}`;
    return warning(about, detail, 'Look at the findings about the carrier and the database first.');
  }
}

function ask({ overrides }: HealthParts, url: string): Promise<Response> {
  const fetch = overrides.fetch ?? globalThis.fetch;
  return fetch(url, { method: 'GET', redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
}

async function checkPublicUrl(parts: HealthParts): Promise<HealthFinding> {
  const { publicUrl } = parts;
  const about = 'Public address';
  const mend = 'Set PUBLIC_URL to the https address that leads here from outside, and try it from another network.';
  if (isLoopback(new URL(publicUrl).hostname)) {
    return bad(about, `${publicUrl} is this machine only: the carrier cannot reach it.`, mend);
  }
  try {
    const answer = await ask(parts, `${publicUrl}/healthz`);
    if (answer.ok) return good(about, `${publicUrl} leads here.`);
    return bad(about, `${publicUrl}/healthz answered ${answer.status}.`, mend);
  } catch (error) {
    return bad(about, `${publicUrl} cannot be reached from here: ${messageOf(error)}`, mend);
  }
}

/** By the clock of the carrier's own server. */
async function checkClock(parts: HealthParts): Promise<HealthFinding> {
  const about = 'Clock';
  try {
    const answer = await ask(parts, parts.config.twilio?.apiBaseUrl ?? 'https://api.twilio.com');
    const theirs = Date.parse(answer.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return good(about, 'The carrier tells no time to compare with.');
    const skewMs = Math.abs(parts.clock.now() - theirs);
    if (skewMs <= mostSkewMs) return good(about, 'It agrees with the carrier’s.');
    const detail = `It differs from the carrier’s by ${Math.round(skewMs / 1000)} s.`;
    return bad(about, detail, 'Let the system set its clock (NTP).');
  } catch {
    return warning(
      about,
      'It could not be compared with the carrier’s.',
      'Look at the finding about the carrier first.',
    );
  }
}

async function checkDisk({ dataDir }: Config): Promise<HealthFinding> {
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const detail = `${(free / 1024 ** 3).toFixed(1)} GB are free for ${dataDir}.`;
    return free >= leastFreeBytes ? good('Disk', detail) : warning('Disk', detail, 'Make room, or move DATA_DIR.');
  } catch (error) {
    return bad('Disk', `${dataDir} cannot be looked at: ${messageOf(error)}`, 'Look at DATA_DIR and its rights.');
  }
}

function checkModel({ languageModel }: Config): HealthFinding {
  if (languageModel) return good('Language model', `${languageModel.model} at ${languageModel.baseUrl}.`);
  const mend = 'Set OPENAI_API_KEY; OPENAI_BASE_URL and LLM_MODEL choose another vendor.';
  return warning('Language model', 'None: a scripted assistant answers from a few rules.', mend);
}

function checkSpeech({ config: { speech }, network }: HealthParts): HealthFinding {
  const about = 'Speech vendors';
  const vendors = Object.entries(speech).flatMap(([name, vendor]) => (vendor ? [name] : []));
  if (vendors.length > 0) return good(about, `Set: ${vendors.join(', ')}.`);
  const mend = 'Set the key of a recognizer and of a voice, for example DEEPGRAM_API_KEY.';
  if (network.simulator)
    return warning(about, 'Simulated ones, which understand only simulated people and what is typed.', mend);
  return warning(about, 'None: only assistants whose carrier hears and speaks (relay) can hold calls.', mend);
}

function checkPace({ callsPerSecond, maxConcurrentCalls }: Config): HealthFinding {
  const detail = `${callsPerSecond} calls a second, ${maxConcurrentCalls} at once.`;
  return good('Pace', `${detail} CALLS_PER_SECOND and MAX_CONCURRENT_CALLS change it.`);
}
