/** Conducts a conversation that a vendor's agent holds: sound goes through, we watch, remember, run tools and end it. */
import { toKeyTones } from '../../audio/key-tones.ts';
import { silentSound } from '../../audio/mulaw.ts';
import type { CancelTimer } from '../../base/clock.ts';
import { unreachable } from '../../base/unreachable.ts';
import { VendorFailed } from '../../ports/vendor-failed.ts';
import type { AgentEvent, AgentSession } from '../../ports/voice-agent.ts';
import type { BridgeParts } from './bridge/bridge-parts.ts';
import {
  type BridgeHappening,
  type BridgeRunner,
  type ConductorEffect,
  createBridgeRunner,
} from './bridge/bridge-runner.ts';
import type { LineNow } from './bridge/bridge-state.ts';
import { type BridgeTranscript, createBridgeTranscript } from './bridge/bridge-transcript.ts';
import { BridgeVoice } from './bridge/bridge-voice.ts';
import { collectKeys, type KeyCollector } from './bridge/collect-keys.ts';
import { createSessionEnd, type SessionEnd } from './bridge/end-session.ts';
import { createPersonVoice, type PersonVoice } from './bridge/person-voice.ts';
import { createFiller, type Filler } from './bridge/say-filler.ts';
import { toldByVoice } from './bridge/told-by-voice.ts';
import { createToolDesk, type ToolDesk } from './bridge/tool-desk.ts';
import type { LineEngine } from './cascade.ts';
import type { ToolOutcome } from './ledger/tool-outcome.ts';
import type { LineEvent } from './media/audio-line.ts';
import { whatEndsTheCall } from './run-tools.ts';
import { type Instruction, toModelWords } from './told-meanwhile.ts';
import type { TurnEnding } from './turn/turn-state.ts';
import { createTurnLatency, type TurnLatencyBook } from './turn-latency.ts';

type OfPerson = Extract<AgentEvent, { type: 'ready' | 'alive' | 'interrupted' | 'person-speaking' | 'person-said' }>;

export function conductBridge(parts: BridgeParts): LineEngine {
  const bridge = new Bridge(parts);
  return {
    ...{ hear: (event) => bridge.hearLine(event), silence: () => bridge.silence(), resume: () => bridge.resume() },
    conversation: {
      say: (text) => bridge.say(text),
      instruct: (instruction) => bridge.instruct(instruction),
      ...{ hold: () => false, goOn() {} },
      pressKeys: (digits) => bridge.pressKeys(digits),
      end: (ending, farewell) => bridge.end(ending, farewell),
      disconnected: (clean) => bridge.disconnected(clean),
      over: bridge.over,
    },
  };
}

class Bridge {
  readonly over: Promise<TurnEnding>;
  readonly #parts: BridgeParts;
  readonly #end: SessionEnd;
  readonly #transcript: BridgeTranscript;
  readonly #person: PersonVoice;
  readonly #latency: TurnLatencyBook;
  readonly #voice: BridgeVoice;
  readonly #desk: ToolDesk;
  readonly #keys: KeyCollector;
  readonly #filler: Filler;
  readonly #runner: BridgeRunner;
  readonly #session: AgentSession;
  readonly #cancelMaxDuration: CancelTimer;
  #outcomes: readonly ToolOutcome[] = [];
  #failure: VendorFailed | null = null;
  #isReleased = false;
  #unheardUpTo = 0;

  constructor(parts: BridgeParts) {
    const { clock, policy, line } = parts;
    this.#parts = parts;
    this.#end = createSessionEnd(parts);
    this.over = this.#end.over;
    this.#transcript = createBridgeTranscript(parts.history, clock);
    this.#person = createPersonVoice(clock, parts.personSpeaks);
    this.#latency = createTurnLatency(clock);
    const books = { latency: this.#latency, transcript: this.#transcript, person: this.#person };
    const told = toldByVoice(books, (happening) => this.#feed(happening));
    this.#voice = new BridgeVoice({ line, clock, firstUtterance: parts.firstUtterance, ...told });
    this.#desk = createToolDesk({
      ...{ tools: parts.tools, clock, toolMs: policy.toolMs },
      on: (outcomes) => this.#toolsDone(outcomes),
    });
    this.#filler = createFiller({ by: parts.fillerVoice, voice: this.#voice, transcript: this.#transcript });
    this.#keys = collectKeys({ clock, quietMs: policy.keysMs, on: (digits) => this.#keysPressed(digits) });
    this.#runner = createBridgeRunner({
      ...{ callId: parts.callId, clock, policy, record: parts.record, logSeq: parts.logSeq },
      ...{ personFirst: parts.request.personSpeaksFirst, hearsAgain: parts.hearsAgain },
      lineNow: () => this.#lineNow(),
      perform: (effect) => this.#perform(effect),
    });
    this.#cancelMaxDuration = clock.startTimer(parts.maxDurationMs, () => {
      this.end({ reason: 'max_duration', by: 'server' }, policy.outOfTime);
    });
    this.#runner.start();
    this.#session = parts.agent.join({
      ...parts.request,
      messages: [...parts.instructions, ...parts.history.messages()],
      tools: parts.tools.tools.map((tool) => tool.definition),
      on: (event) => this.#hearAgent(event),
    });
  }

  say(text: string): boolean {
    if (!this.#isTalking() || !this.#session.say(text)) return false;
    this.#feed({ type: 'say' });
    return true;
  }

  instruct(instruction: Instruction): boolean {
    if (!this.#isTalking() && this.#runner.phase !== 'held') return false;
    const answers = this.#session.instruct(toModelWords(instruction.text), instruction.respond);
    this.#parts.history.instructed(instruction, answers);
    if (answers) this.#feed({ type: 'say' });
    return true;
  }

  pressKeys(digits: string): boolean {
    if (!this.#isReleased) this.#parts.line.playAside(toKeyTones(digits));
    return !this.#isReleased;
  }

  end(ending: TurnEnding, farewell: string | null): void {
    if (this.#isReleased) return this.#end.byWord(ending);
    this.#feed({ type: 'end-wanted', ending, farewell });
  }

  disconnected(clean: boolean): void {
    this.#end.lineIsGone(clean);
    this.#feed({ type: 'disconnected', clean });
  }

  hearLine(event: LineEvent): void {
    if (event.type === 'closed') return this.disconnected(event.clean);
    if (this.#isReleased) return this.#end.hear(event);
    switch (event.type) {
      case 'sound':
        if (this.#runner.phase === 'held') return this.#session.hear(silentSound(event.sound.length));
        if (this.#person.isSpeaking) this.#latency.personSound();
        return this.#session.hear(event.sound);
      case 'voice':
        return this.#feed({ ...event, voiceMs: this.#person.turned(event.active) });
      case 'key':
        return this.#keys.press(event.digit);
      case 'first-frame':
        return this.#filler.isOwn(event.utterance) ? undefined : this.#latency.firstFrame(event.utterance);
      case 'played':
        if (!this.#filler.isOwn(event.utterance)) this.#latency.heard(event.utterance);
        return this.#voice.played(event.utterance, event.playedMs);
      case 'finished':
        return this.#voice.finished(event.utterance);
      default:
        return unreachable(event);
    }
  }

  silence(): boolean {
    if (this.#isReleased) return false;
    this.#feed({ type: 'hold' });
    return this.#runner.phase === 'held';
  }

  resume(): void {
    if (this.#runner.phase !== 'held') return;
    this.#feed({ type: 'go-on', asked: this.#session.instruct(this.#parts.history.handedBackWords(), true) });
  }

  #isTalking(): boolean {
    return ['waiting', 'speaking', 'listening'].includes(this.#runner.phase);
  }

  #hearAgent(event: AgentEvent): void {
    if (this.#isReleased || ('reply' in event && this.#isUnheard(event.reply))) return;
    switch (event.type) {
      case 'sound':
        return this.#voice.sound(event.reply, event.sound);
      case 'text':
        return this.#voice.text(event.reply, event.text);
      case 'words':
        return this.#voice.words(event.reply, event.words);
      case 'reply-over':
        return this.#voice.over(event.reply);
      case 'tool-called':
        this.#desk.call(event.call);
        return this.#feed({ type: 'tools-called' });
      case 'ended':
        this.#feed({ type: 'agent-ended' });
        return this.#voice.overAll();
      case 'failed':
        this.#failure = event.error;
        this.#feed({ type: 'agent-failed', code: event.error.code });
        return this.#voice.overAll();
      default:
        return this.#hearOfPerson(event);
    }
  }

  /** Of a reply that began while somebody else spoke, nothing is heard, even later. */
  #isUnheard(reply: number): boolean {
    if (this.#runner.phase === 'held') this.#unheardUpTo = Math.max(this.#unheardUpTo, reply);
    return reply <= this.#unheardUpTo;
  }

  #hearOfPerson(event: OfPerson): void {
    if (event.type === 'interrupted' && this.#cut()) this.#parts.telemetry.bargeIn('real');
    if (event.type === 'person-speaking' && !event.speaking) {
      this.#latency.decided();
      this.#transcript.personStopped();
    }
    if (event.type === 'person-said') {
      this.#latency.final();
      // Who says nothing of when the person stops has decided by now that they have.
      if (this.#transcript.personSaid(event.text) === 'unannounced') this.#latency.decided();
    }
    this.#feed(event);
  }

  #toolsDone(outcomes: readonly ToolOutcome[]): void {
    this.#outcomes = outcomes;
    const endsCall = whatEndsTheCall(outcomes);
    this.#feed({ type: 'tools-done', ending: endsCall && { reason: endsCall.reason, by: 'assistant' } });
  }

  #keysPressed(digits: string): void {
    this.#transcript.personSaid(`[pressed ${digits}]`);
    this.#feed({ type: 'keys', digits });
  }

  #lineNow(): LineNow {
    const now = this.#voice.now();
    return { ...now, silentMs: Math.min(now.quietMs, this.#person.silentMs()) };
  }

  #feed(happening: BridgeHappening): void {
    this.#runner.feed(happening);
  }

  #perform(effect: ConductorEffect): void {
    switch (effect.type) {
      case 'cut':
        return void this.#cut();
      case 'ask':
        return this.#feed({ type: 'asked', took: this.#session.say(effect.text) });
      case 'ask-goodbye':
        if (!this.#session.say(effect.text)) this.#answerTools();
        return this.#feed({ type: 'asked', took: true });
      case 'answer-tools':
        return this.#answerTools();
      case 'tell-keys':
        return this.#session.hearKeys(effect.digits);
      case 'take-as-spoken':
        return this.#voice.takeAsSpoken();
      case 'fill':
        return this.#filler.say(effect.text);
      case 'fail':
        return this.#fail(effect.personWaits);
      case 'finish':
        this.#release();
        return this.#end.with(effect.ending);
      default:
        return unreachable(effect);
    }
  }

  /** Whether there was anything to cut. */
  #cut(): boolean {
    const cuts = this.#voice.cut();
    for (const { reply, playedMs } of cuts) this.#session.heard(reply, playedMs);
    return cuts.length > 0;
  }

  #answerTools(): void {
    for (const { id, content, failed } of this.#outcomes) this.#session.toolResult({ id, content, failed });
    this.#outcomes = [];
  }

  #fail(personWaits: boolean): void {
    const { agent, callId, log, onFailed, telemetry } = this.#parts;
    const vendor = agent.name.split('/')[0] ?? agent.name;
    const error = this.#failure ?? new VendorFailed(vendor, 'vendor/timeout', `${agent.name} fell silent.`);
    log.warn({ callId, code: error.code, reason: error.message }, 'the voice agent failed');
    telemetry.vendorFailed({ vendor, kind: 'agent', code: error.code });
    this.#release();
    if (!onFailed(error, personWaits)) this.#end.withRegret();
  }

  /** Frees everything but the line. */
  #release(): void {
    this.#isReleased = true;
    this.#keys.close();
    this.#filler.close();
    this.#desk.close();
    this.#session.close();
    this.#transcript.close();
    this.#cancelMaxDuration();
  }
}
