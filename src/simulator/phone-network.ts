/** The phone network: its numbers, its people, and every call between them, whichever face it is used through. */

import type { Synthesize } from '../audio/spoken-sound.ts';
import type { Clock } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { CallQueue } from './call-queue.ts';
import type { SimulatedCallRecord, SimulatorEvent } from './call-record.ts';
import { createFaultPlan, type FaultPlan, type Faults } from './faults.ts';
import type { CallSettings, DialledLeg, LegOrder, NetworkParts, WebhookTarget } from './live-call.ts';
import { FrameTicker } from './media/frame-ticker.ts';
import type { Outside } from './outside.ts';
import type { Person } from './person/person.ts';
import { RecordingShelf } from './recording/recording-shelf.ts';
import { SimulatedCall } from './simulated-call.ts';
import { createSketchVoice } from './voices/sketch-voice.ts';
import { newSid } from './wire-values.ts';

/** A number of the account, with what happens when somebody calls it. */
export interface OwnNumber {
  sid: string;
  number: string;
  friendlyName: string;
  voice: WebhookTarget | null;
  voiceFallback: WebhookTarget | null;
  statusCallback: WebhookTarget | null;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface SimulatedAccount {
  sid: string;
  authToken: string;
  numbers: readonly string[];
  /** Whether calls may be made from numbers that the account does not have; not unless told. */
  anyCallerId?: boolean;
}

export interface NetworkOptions {
  clock: Clock;
  random: Random;
  outside: Outside;
  account: SimulatedAccount;
  /** 1 unless told; may be `Infinity`. */
  callsPerSecond?: number;
  /** From being dialled to the first ring; 1300 unless told. */
  firstRingMs?: number;
  /** Who answers at which number. */
  people: ReadonlyMap<string, Person>;
  /** Who answers everywhere else. */
  defaultPerson: Person;
  /** The voices of people; the sketch voice unless told. */
  synthesize?: Synthesize;
  faults?: Faults;
}

export interface OutboundOrder {
  to: string;
  from: string;
  request: Record<string, string[]>;
  settings: CallSettings;
}

export interface InboundOrder {
  from: string;
  /** One of the account's numbers. */
  to: string;
  person: Person;
}

export class NoSuchNumber extends CallwrightError {
  constructor(number: string) {
    super('simulator/no-such-number', `${number} is not a number of this account`);
  }
}

/** Calls that are over are forgotten, oldest first, beyond this many. */
const mostKept = 10_000;
/** Older calls lose their frames and single words when they are over. */
const mostDetailed = 1000;
const longestQueueMs = 24 * 3600 * 1000;
const inboundTimeLimitMs = 4 * 3600 * 1000;

function dropDetails(record: SimulatedCallRecord): void {
  record.relayFrames.length = 0;
  record.heardWords.length = 0;
  for (const { messages } of record.streams) messages.length = 0;
}

/** As Twilio does with a number that has no voice URL, but with a reason. */
function refuse(call: SimulatedCall, { number, sid }: OwnNumber): void {
  const message = `${number} has no voice URL, so nobody is asked what to do with the call: set VoiceUrl of IncomingPhoneNumbers/${sid}`;
  call.problem({ code: null, level: 'error', message });
  call.end({ status: 'failed', by: 'network', sipCode: 404 });
}

export class PhoneNetwork {
  readonly numbers: readonly OwnNumber[];
  readonly recordings: RecordingShelf;
  /** Where this network's REST API is reached, once that is known. */
  apiBaseUrl = 'https://api.twilio.com';
  readonly #options: NetworkOptions;
  readonly #parts: NetworkParts;
  readonly #queue: CallQueue;
  readonly #people: Map<string, Person>;
  readonly #calls = new Map<string, SimulatedCall>();
  readonly #detailed: SimulatedCall[] = [];
  readonly #listeners = new Set<(event: SimulatorEvent) => void>();
  readonly #stopped = new AbortController();
  #faults: FaultPlan;

  constructor(options: NetworkOptions) {
    const { clock, random, outside, account } = options;
    this.#options = options;
    this.recordings = new RecordingShelf(random);
    this.#queue = new CallQueue(clock, options.callsPerSecond ?? 1);
    this.#people = new Map(options.people);
    this.#faults = createFaultPlan(options.faults ?? {}, random);
    this.#parts = {
      ...{ clock, random, outside, account },
      synthesize: options.synthesize ?? createSketchVoice(),
      firstRingMs: options.firstRingMs ?? 1300,
      faults: () => this.#faults,
      ticker: new FrameTicker(clock),
      dialOut: (order) => this.#dialOut(order),
      startRecording: (call, order) => this.recordings.start(call, order),
      apiBaseUrl: () => this.apiBaseUrl,
      emit: (event) => this.#emit(event),
      signal: this.#stopped.signal,
    };
    this.numbers = account.numbers.map((number) => ({
      ...{ sid: newSid('PN', random), number, friendlyName: number },
      ...{ voice: null, voiceFallback: null, statusCallback: null },
      ...{ createdAtMs: clock.now(), updatedAtMs: clock.now() },
    }));
  }

  get account(): SimulatedAccount {
    return this.#options.account;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Aborted when the phone network stops. */
  get stopSignal(): AbortSignal {
    return this.#stopped.signal;
  }

  get faults(): FaultPlan {
    return this.#faults;
  }

  /** Whether a day's worth of calls is waiting already. */
  get isQueueFull(): boolean {
    return this.#queue.waitMs > longestQueueMs;
  }

  /** Puts a call into the queue; the order was checked before. */
  place(order: OutboundOrder): SimulatedCall {
    const person = this.#people.get(order.to) ?? this.#options.defaultPerson;
    const record = this.#newRecord({ ...order, direction: 'outbound-api', person });
    const call = this.#keep(new SimulatedCall(this.#parts, { record, settings: order.settings, person }));
    record.queueMs = Math.round(
      this.#queue.add(() => {
        void call.dial();
      }),
    );
    return call;
  }

  /** Lets somebody call one of the account's numbers. @throws NoSuchNumber `simulator/no-such-number` */
  dialIn({ from, to, person }: InboundOrder): SimulatedCall {
    const own = this.numbers.find(({ number }) => number === to);
    if (!own) throw new NoSuchNumber(to);
    const record = this.#newRecord({ from, to, person, direction: 'inbound', request: null });
    const settings: CallSettings = {
      instructions: { type: 'url', kind: 'voice', url: '', method: 'POST', ...own.voice },
      fallback: own.voiceFallback,
      statusCallback: own.statusCallback && { ...own.statusCallback, events: ['completed'] },
      ringMs: inboundTimeLimitMs,
      timeLimitMs: inboundTimeLimitMs,
      recording: null,
      detection: null,
    };
    const call = this.#keep(new SimulatedCall(this.#parts, { record, settings, person }));
    if (own.voice) void call.arrive();
    else refuse(call, own);
    return call;
  }

  /** Rings at once: what an application dials besides does not wait in the queue of new calls. */
  #dialOut(order: LegOrder): DialledLeg | null {
    const { to, from, parentSid, whisper, ringMs, statusCallback } = order;
    const isOwn = this.numbers.some(({ number }) => number === from);
    const isCaller = this.#calls.get(parentSid)?.record.from === from;
    if (!isOwn && !isCaller && !this.account.anyCallerId) return null;
    const person = this.#people.get(to) ?? this.#options.defaultPerson;
    const joined = Promise.withResolvers<void>();
    const record = { ...this.#newRecord({ to, from, direction: 'outbound-dial', person, request: null }), parentSid };
    const settings: CallSettings = {
      instructions: whisper ?? { type: 'twiml', twiml: '<Response/>' },
      ...{ fallback: null, statusCallback, ringMs, timeLimitMs: inboundTimeLimitMs, recording: null, detection: null },
      join: joined.resolve,
    };
    const call = this.#keep(new SimulatedCall(this.#parts, { record, settings, person }));
    void call.dial();
    return {
      ...{ record: call.record, line: call.line, whenJoined: joined.promise, whenOver: call.whenOver },
      end: () => call.end({ status: call.isLive ? 'completed' : 'canceled', by: 'instructions', sipCode: 200 }),
    };
  }

  find(sid: string): SimulatedCall | undefined {
    return this.#calls.get(sid);
  }

  /** Oldest first. */
  records(): SimulatedCallRecord[] {
    return Array.from(this.#calls.values(), (call) => call.record);
  }

  forget(sid: string): void {
    this.#calls.delete(sid);
  }

  setPerson(number: string, person: Person): void {
    this.#people.set(number, person);
  }

  people(): ReadonlyMap<string, Person> {
    return this.#people;
  }

  /** @throws ZodError when the faults make no sense */
  setFaults(faults: Faults): void {
    this.#faults = createFaultPlan(faults, this.#options.random);
  }

  /** Gives back what ends the listening. */
  onEvent(listener: (event: SimulatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends everything at once and tells nobody. */
  stop(): void {
    this.#stopped.abort();
    this.#queue.stop();
    for (const call of this.#calls.values()) call.end({ status: 'failed', by: 'network', sipCode: 503 });
  }

  #newRecord(call: {
    direction: SimulatedCallRecord['direction'];
    from: string;
    to: string;
    person: Person;
    request: Record<string, string[]> | null;
  }): SimulatedCallRecord {
    const now = this.clock.now();
    const { direction, from, to, request } = call;
    return {
      ...{ sid: newSid('CA', this.#options.random), direction, from, to, request, person: call.person.name },
      ...{ status: direction === 'inbound' ? 'ringing' : 'queued', queueMs: 0, endedBy: null },
      ...{ answeredBy: null, detectionMs: null },
      ...{ createdAtMs: now, updatedAtMs: now, dialedAtMs: null, answeredAtMs: null, endedAtMs: null },
      ...{
        webhooks: [],
        relayFrames: [],
        heardWords: [],
        heard: [],
        streams: [],
        recordings: [],
        said: [],
        keys: [],
        tones: [],
        errors: [],
      },
    };
  }

  #keep(call: SimulatedCall): SimulatedCall {
    const { sid, direction, from, to, person } = call.record;
    this.#calls.set(sid, call);
    for (const [oldest, { isOver }] of this.#calls) {
      if (this.#calls.size <= mostKept) break;
      if (isOver) this.#calls.delete(oldest);
    }
    this.#detailed.push(call);
    if (this.#detailed.length > mostDetailed) void this.#detailed.shift()?.whenOver.then(dropDetails);
    this.#emit({ atMs: this.clock.now(), callSid: sid, type: 'created', direction, from, to, person });
    return call;
  }

  #emit(event: SimulatorEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
