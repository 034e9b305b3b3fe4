/** One ConversationRelay session: the application's socket on one side, the person's line on the other. */
import { type Clock, waitFor } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { type CallProblem, note, type SaidUtterance, type SimulatedCallRecord } from '../call-record.ts';
import type { SocketFault } from '../faults.ts';
import type { Outside, OutsideSocket } from '../outside.ts';
import type { LineListener, PhoneLine } from '../phone-line.ts';
import { signTwilioRequest } from '../twilio-signature.ts';
import { parseRelayMessage, type RelayMessage } from './relay-messages.ts';
import type { RelaySettings } from './relay-settings.ts';
import { allows, TalkCycles } from './talk-cycles.ts';

export interface RelayParts {
  clock: Clock;
  random: Random;
  outside: Outside;
  account: { sid: string; authToken: string };
  record: SimulatedCallRecord;
  line: PhoneLine;
  settings: RelaySettings;
  sessionId: string;
  /** Whether the call was answered only by this session. */
  wasRinging: boolean;
  fault: SocketFault;
  onProblem(problem: Omit<CallProblem, 'atMs'>): void;
}

export type RelayOutcome =
  | { status: 'ended'; handoffData: string | null }
  | { status: 'completed' }
  | { status: 'failed'; code: number; message: string };

const connectMs = 5000;
/** How long the session waits for the application's half of a closing handshake. */
const closeMs = 2000;
const mostInvalid = 10;
/** A prompt comes this long after the end of the person's speech. */
const promptDelayMs = { least: 300, most: 600 };
const partialPromptMs = 400;
/** Runs a session to its end; an abort of `signal` means that the call is over or was redirected. */
export function runRelaySession(parts: RelayParts, signal: AbortSignal): Promise<RelayOutcome> {
  return new Promise((resolve) => {
    const session = new RelaySession(parts, resolve);
    if (signal.aborted) return session.finish({ status: 'completed' });
    signal.addEventListener('abort', () => session.finish({ status: 'completed' }), { once: true });
    session.open();
  });
}

class RelaySession implements LineListener {
  readonly #parts: RelayParts;
  readonly #resolve: (outcome: RelayOutcome) => void;
  readonly #cycles: TalkCycles;
  readonly #over = new AbortController();
  /** Speech over a voice that may not be interrupted, and that nobody wants to be told of. */
  readonly #unheard = new WeakSet<SaidUtterance>();
  #socket: OutsideSocket | null = null;
  #frames = 0;
  #invalidInARow = 0;
  #lang: string;
  #cancelDrop: () => void = () => {};

  constructor(parts: RelayParts, resolve: (outcome: RelayOutcome) => void) {
    this.#parts = parts;
    this.#resolve = resolve;
    this.#cycles = new TalkCycles(parts.line.voice, parts.settings);
    this.#lang = parts.settings.transcriptionLanguage;
  }

  open(): void {
    const { outside, settings, account } = this.#parts;
    const headers = {
      'user-agent': 'Twilio.ConversationRelay/1.0',
      'x-twilio-signature': signTwilioRequest(account.authToken, settings.url),
    };
    this.#socket = outside.openSocket(
      { url: settings.url, headers, connectMs },
      {
        opened: () => this.#begin(),
        message: (text) => this.#receive(text),
        closed: (end) => this.#socketClosed(end),
      },
    );
  }

  /** Ends the session once; later calls change nothing. */
  finish(outcome: RelayOutcome, close: { code: number; reason: string } | 'drop' | null = null): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    const { line, clock } = this.#parts;
    line.voice.cut('stopped');
    const socket = this.#socket;
    if (close === 'drop') socket?.drop();
    else if (socket) {
      const { code, reason } = close ?? { code: 1000, reason: 'Closing websocket session' };
      socket.close(code, reason);
      this.#cancelDrop = clock.startTimer(closeMs, () => socket.drop());
    }
    this.#resolve(outcome);
  }

  speechStarted(said: SaidUtterance): void {
    this.#tellSpeaker('clientSpeaking', true);
    const speaking = this.#parts.line.voice.speaking;
    if (speaking && !this.#interrupt('speech') && !this.#reports('speech')) this.#unheard.add(said);
    if (this.#parts.settings.partialPrompts) void this.#sendPartials(said);
  }

  speechEnded(said: SaidUtterance): void {
    this.#tellSpeaker('clientSpeaking', false);
    if (this.#unheard.has(said)) return;
    const { clock, random } = this.#parts;
    const delayMs = Math.round(promptDelayMs.least + random.fraction() * (promptDelayMs.most - promptDelayMs.least));
    void waitFor(clock, delayMs, this.#over.signal).then(() => {
      if (this.#over.signal.aborted) return;
      said.reachedApp = true;
      this.#send({ type: 'prompt', voicePrompt: said.text, lang: this.#lang, last: true });
    });
  }

  keyPressed(digit: string): void {
    const { line, settings } = this.#parts;
    const mayTell = line.voice.speaking === null || this.#interrupt('dtmf') || this.#reports('dtmf');
    if (settings.dtmfDetection && mayTell) this.#send({ type: 'dtmf', digit });
  }

  #begin(): void {
    const { account, record, settings, sessionId, wasRinging, line } = this.#parts;
    if (this.#over.signal.aborted) return;
    this.#send({
      type: 'setup',
      sessionId,
      accountSid: account.sid,
      parentCallSid: '',
      callSid: record.sid,
      from: record.from,
      to: record.to,
      forwardedFrom: '',
      callerName: '',
      direction: record.direction,
      callType: 'PSTN',
      callStatus: wasRinging ? 'RINGING' : 'IN_PROGRESS',
      customParameters: settings.parameters,
    });
    const unlisten = line.voice.listen({
      started: () => this.#tellSpeaker('agentSpeaking', true),
      ended: () => this.#tellSpeaker('agentSpeaking', false),
      heard: (word) => {
        if (settings.tokensPlayed) this.#send({ type: 'info', name: 'tokensPlayed', value: word });
      },
    });
    this.#over.signal.addEventListener('abort', unlisten, { once: true });
    this.#over.signal.addEventListener('abort', line.listen(this), { once: true });
    this.#cycles.greet();
  }

  #receive(text: string): void {
    if (this.#over.signal.aborted) return;
    const { clock, record, onProblem } = this.#parts;
    note(record.relayFrames, { direction: 'from-app', atMs: clock.now(), text });
    if (this.#countFrame()) return;
    const message = parseRelayMessage(text);
    if (message.type !== 'invalid') {
      this.#invalidInARow = 0;
      return this.#obey(message);
    }
    this.#invalidInARow += 1;
    onProblem({ code: 64107, level: 'error', message: `Invalid ConversationRelay message: ${message.problem}` });
    this.#send({ type: 'error', description: `Invalid message received: ${text.slice(0, 500)}` });
    if (this.#invalidInARow < mostInvalid) return;
    const reason = 'Too many consecutive malformed messages';
    this.#fail(64105, reason, { code: 1007, reason });
  }

  #obey(message: RelayMessage): void {
    const { line } = this.#parts;
    switch (message.type) {
      case 'text':
        return this.#cycles.speak(message);
      case 'play':
        return this.#cycles.play(message);
      case 'sendDigits':
        return line.hearKeys(message.digits);
      case 'language':
        this.#lang = message.transcriptionLanguage ?? this.#lang;
        return;
      case 'end':
        return this.finish({ status: 'ended', handoffData: message.handoffData ?? null });
    }
  }

  /** Stops the voice if it may be stopped; what was said so far goes to the application. */
  #interrupt(input: 'speech' | 'dtmf'): boolean {
    const cut = this.#cycles.interrupt(input);
    if (!cut) return false;
    this.#send({
      type: 'interrupt',
      utteranceUntilInterrupt: cut.heard.trimEnd(),
      durationUntilInterruptMs: cut.playedMs,
    });
    return true;
  }

  #reports(input: 'speech' | 'dtmf'): boolean {
    return allows(this.#parts.settings.reportInputDuringAgentSpeech, input);
  }

  async #sendPartials(said: SaidUtterance): Promise<void> {
    const { clock, line } = this.#parts;
    const words = said.text.split(/(?<=\s)/);
    const wordsEach = 2;
    for (let count = wordsEach; count < words.length; count += wordsEach) {
      await waitFor(clock, partialPromptMs, this.#over.signal);
      if (this.#over.signal.aborted || !line.personSpeaks || said.endedAtMs > said.startedAtMs) return;
      if (this.#unheard.has(said)) return;
      const voicePrompt = words.slice(0, count).join('').trimEnd();
      this.#send({ type: 'prompt', voicePrompt, lang: this.#lang, last: false });
    }
  }

  #tellSpeaker(name: 'agentSpeaking' | 'clientSpeaking', on: boolean): void {
    if (this.#parts.settings.speakerEvents) this.#send({ type: 'info', name, value: on ? 'on' : 'off' });
  }

  #send(message: Record<string, unknown>): void {
    if (this.#over.signal.aborted) return;
    const { clock, record } = this.#parts;
    const stamped = message.type === 'info' ? { ...message, ts: clock.now() } : message;
    const text = JSON.stringify(stamped);
    note(record.relayFrames, { direction: 'to-app', atMs: clock.now(), text });
    this.#socket?.send(text);
    this.#countFrame();
  }

  /** True when the planned fault broke the socket at this frame. */
  #countFrame(): boolean {
    this.#frames += 1;
    const { fault } = this.#parts;
    if (fault.type !== 'drop' || this.#frames !== fault.atFrame) return false;
    this.#fail(39001, 'The connection broke (planned fault)', 'drop');
    return true;
  }

  #socketClosed(end: { code: number; reason: string; refused?: string }): void {
    this.#cancelDrop();
    this.#socket = null;
    if (end.refused !== undefined) return this.#fail(64102, `Unable to connect to WebSocket: ${end.refused}`, null);
    const code = end.code === 1006 ? 39001 : 64105;
    this.#fail(code, `WebSocket ended by the application: ${end.code} ${end.reason}`.trim(), null);
  }

  #fail(code: number, message: string, close: { code: number; reason: string } | 'drop' | null): void {
    if (this.#over.signal.aborted) return;
    this.#parts.onProblem({ code, level: 'error', message });
    this.finish({ status: 'failed', code, message }, close);
  }
}
