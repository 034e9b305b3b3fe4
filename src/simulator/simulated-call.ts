/** One call of the phone network: rings, is answered, follows its instructions and ends, exactly once. */
import { waitFor } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { type CallProgress, newCall, newIncomingCall, type ProgressEvent, stepProgress } from './call-progress.ts';
import {
  type CallProblem,
  type HeardUtterance,
  note,
  type SimulatedCallRecord,
  type SimulatorEvent,
} from './call-record.ts';
import { runDetection } from './detection/detect-answer.ts';
import type { CallOutcome, CallSettings, LiveCall, NetworkParts, Source } from './live-call.ts';
import type { LivePerson, Person } from './person/person.ts';
import { playPerson } from './person/play-person.ts';
import { PhoneLine } from './phone-line.ts';
import { runInstructions } from './twiml/run-instructions.ts';
import { StatusAnnouncer, toEventName } from './webhooks/announce-status.ts';
import type { WebhookSender } from './webhooks/deliver-webhook.ts';
import { toStatusParameters } from './webhooks/webhook-parameters.ts';

/** Of what is wrong with a stream's words, a call tells so many. */
const mostOddities = 100;
const busyMs = 1000;
/** How long a caller lets an incoming call ring. */
const callerPatienceMs = 60_000;

export class SimulatedCall implements LiveCall {
  readonly network: NetworkParts;
  readonly record: SimulatedCallRecord;
  readonly settings: CallSettings;
  readonly line: PhoneLine;
  readonly webhooks: WebhookSender;
  readonly #person: Person;
  readonly #announcer: StatusAnnouncer;
  readonly #over = new AbortController();
  readonly #whenOver = Promise.withResolvers<SimulatedCallRecord>();
  #progress: CallProgress;
  #redirected: AbortController | null = null;
  #outcome: CallOutcome | null = null;

  constructor(network: NetworkParts, call: { record: SimulatedCallRecord; settings: CallSettings; person: Person }) {
    this.network = network;
    this.record = call.record;
    this.settings = call.settings;
    this.#person = call.person;
    this.#progress = call.record.direction === 'inbound' ? newIncomingCall : newCall;
    const { clock, outside, account, random, faults, signal } = network;
    this.webhooks = {
      ...{ clock, outside, record: this.record, authToken: account.authToken },
      onFinished: (webhook) => this.#emit({ type: 'webhook', webhook }),
    };
    this.#announcer = new StatusAnnouncer({ sender: this.webhooks, random, faults, signal });
    this.line = this.#layLine();
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  get overSignal(): AbortSignal {
    return this.#over.signal;
  }

  get isLive(): boolean {
    return this.#progress.phase === 'in-progress';
  }

  get whenOver(): Promise<SimulatedCallRecord> {
    return this.#whenOver.promise;
  }

  /** Starts an outbound call when its turn in the queue has come. */
  async dial(): Promise<void> {
    if (!this.#step({ type: 'dialed' })) return;
    this.record.dialedAtMs = this.network.clock.now();
    if (!(await this.#waits(this.network.firstRingMs))) return;
    const { pickup, live } = this.#person;
    if (pickup.type === 'cannot-be-reached') {
      const errorMessage = 'No carrier could route the call to this number';
      return this.end({ status: 'failed', by: 'network', sipCode: 404, errorCode: 13224, errorMessage });
    }
    this.#step({ type: 'rang' });
    if (live) return this.#ringAtLive(live);
    const { ringMs } = this.settings;
    const afterMs = pickup.type === 'busy' ? busyMs : pickup.type === 'does-not-answer' ? ringMs : pickup.afterMs;
    if (!(await this.#waits(Math.min(afterMs, ringMs)))) return;
    if (afterMs >= ringMs) return this.end({ status: 'no-answer', by: 'network', sipCode: 487 });
    if (pickup.type === 'busy') return this.end({ status: 'busy', by: 'network', sipCode: 486 });
    if (pickup.type === 'declines') return this.end({ status: 'busy', by: 'person', sipCode: 603 });
    this.answer();
    const { detection } = this.settings;
    const detected = detection && runDetection(this, detection);
    // What the application says comes only when it is known who hears it, unless it wants to begin at once.
    if (!detection?.isAsync) await detected;
    if (!this.isOver) await this.#follow(this.settings.instructions);
  }

  /** Rings until the person has decided, or for as long as it may. */
  async #ringAtLive(live: LivePerson): Promise<void> {
    const { sid, from } = this.record;
    const ringing = new AbortController();
    const stop = () => ringing.abort();
    this.#over.signal.addEventListener('abort', stop, { once: true });
    const lasted = this.#waits(this.settings.ringMs).then(() => 'rang out' as const);
    const decision = await Promise.race([live.ring({ sid, from }, ringing.signal), lasted]);
    this.#over.signal.removeEventListener('abort', stop);
    if (decision === 'rang out') stop();
    if (this.isOver) return;
    if (decision === 'rang out') return this.end({ status: 'no-answer', by: 'network', sipCode: 487 });
    if (decision === 'declines') return this.end({ status: 'busy', by: 'person', sipCode: 603 });
    this.answer();
    await this.#follow(this.settings.instructions);
  }

  /** Lets an incoming call ring and asks the number's owner what to do. */
  async arrive(): Promise<void> {
    void this.#waits(callerPatienceMs).then(() => {
      if (this.#progress.phase === 'ringing') this.end({ status: 'no-answer', by: 'person', sipCode: 487 });
    });
    await this.#follow(this.settings.instructions);
  }

  answer(): void {
    if (!this.#step({ type: 'answered' })) return;
    const { clock, random } = this.network;
    this.record.answeredAtMs = clock.now();
    if (this.settings.recording) this.network.startRecording(this, this.settings.recording);
    const { signal } = this.#over;
    const { live } = this.#person;
    if (live) live.talk({ line: this.line, record: this.record, signal });
    else void playPerson({ person: this.#person, line: this.line, clock, random, signal });
    void this.#waits(this.settings.timeLimitMs).then(() => {
      this.end({ status: 'completed', by: 'network', sipCode: 200 });
    });
  }

  /** Tears down what runs and goes on with another document; only for an answered call. */
  redirect(source: Source): void {
    this.#redirected?.abort();
    void this.#follow(source);
  }

  /** Ends the call; a call that is over stays as it ended. */
  end(outcome: CallOutcome): void {
    if (this.isOver) return;
    this.record.endedAtMs = this.network.clock.now();
    this.record.endedBy = outcome.by;
    this.#outcome = outcome;
    this.#step({ type: 'ended', status: outcome.status });
    this.#over.abort();
    this.line.voice.cut('stopped');
    this.#whenOver.resolve(this.record);
  }

  problem(problem: Omit<CallProblem, 'atMs'>): void {
    const entry = note(this.record.errors, { ...problem, atMs: this.network.clock.now() });
    this.#emit({ type: 'problem', problem: entry });
  }

  /** False when the call was over first. */
  async #waits(ms: number): Promise<boolean> {
    await waitFor(this.network.clock, ms, this.#over.signal);
    return !this.isOver;
  }

  async #follow(source: Source): Promise<void> {
    const redirected = new AbortController();
    const abort = () => redirected.abort();
    this.#redirected = redirected;
    this.#over.signal.addEventListener('abort', abort, { once: true });
    if (this.isOver) redirected.abort();
    try {
      await runInstructions(this, source, redirected.signal);
    } catch (error) {
      // A fault of the simulator itself must not leave a call that never ends.
      this.problem({ code: 12400, level: 'error', message: `Internal failure: ${messageOf(error)}` });
    }
    this.#over.signal.removeEventListener('abort', abort);
    if (redirected.signal.aborted) return;
    if (this.settings.join) return this.settings.join();
    this.end({ status: 'completed', by: 'instructions', sipCode: 200 });
  }

  #step(event: ProgressEvent): boolean {
    const next = stepProgress(this.#progress, event);
    if (!next) return false;
    const [progress, change] = next;
    this.#progress = progress;
    this.record.status = progress.status;
    const atMs = this.network.clock.now();
    this.record.updatedAtMs = atMs;
    this.#emit({ type: 'status', status: change.status });
    const { statusCallback } = this.settings;
    if (!statusCallback?.events.includes(toEventName(change.status))) return true;
    const details = { ...change, atMs, final: this.#outcome };
    this.#announcer.announce(statusCallback, toStatusParameters(this.network.account.sid, this.record, details));
    return true;
  }

  #layLine(): PhoneLine {
    const line = new PhoneLine({
      clock: this.network.clock,
      record: this.record,
      synthesize: this.network.synthesize,
      onSaid: (text) => this.#emit({ type: 'said', text }),
      onKey: (digit, by) => this.#emit({ type: 'key', digit, by }),
      onHangUp: () => this.end({ status: 'completed', by: 'person', sipCode: 200 }),
    });
    const heardAll = (heard: HeardUtterance) =>
      this.#emit({ type: 'heard', utterance: note(this.record.heard, heard) });
    let oddities = 0;
    line.streamed.listen({
      ended: heardAll,
      heardWord: (text, atMs) => text !== null && note(this.record.heardWords, { text, atMs }),
      odd: (message) => {
        oddities += 1;
        if (oddities <= mostOddities) this.problem({ code: null, level: 'warning', message: `Stream: ${message}` });
      },
    });
    line.voice.listen({
      heard: (text, atMs) => note(this.record.heardWords, { text, atMs }),
      ended: (_utterance, heard) => heardAll(heard),
    });
    return line;
  }

  #emit(event: EventOfThisCall): void {
    this.network.emit({ atMs: this.network.clock.now(), callSid: this.record.sid, ...event });
  }
}

type WithoutPlace<T> = T extends unknown ? Omit<T, 'atMs' | 'callSid'> : never;
type EventOfThisCall = WithoutPlace<SimulatorEvent>;
