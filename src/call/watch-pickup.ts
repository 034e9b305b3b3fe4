/** Finds out who has picked up a call while its conversation goes on, and has done what is to be done about it. */

import { type Assistant, usualWhoPickedUp } from '../assistant/assistant.ts';
import { withDisclosure } from '../assistant/render-opening.ts';
import type { CancelTimer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { AnsweredBy } from '../ports/answer-detection.ts';
import { appendToLog } from '../store/call-log.ts';
import { type CallRow, claimVoicemailMessage, updateCall } from '../store/calls.ts';
import { insertEvents, listEventsOfType } from '../store/events.ts';
import type { CallsTable } from '../store/schema.ts';
import { redactJson } from '../text/redact.ts';
import { wordsFor } from './answer/pickup/own-words.ts';
import { type PickupPolicy, usualPickupPolicy } from './answer/pickup/pickup-policy.ts';
import type { MessageState, PickupEffect, PickupEvent, PickupState, Who } from './answer/pickup/pickup-state.ts';
import { beginPickup, type PickupRules, stepPickup } from './answer/who-picked-up.ts';
import type { Conversation } from './converse/conversation.ts';
import type { HearFarEnd } from './converse/far-end.ts';
import { oneAtATime } from './converse/one-at-a-time.ts';
import type { CallParts } from './run-call.ts';
import { withOwnNumber } from './with-own-number.ts';

export interface PickupParts extends CallParts {
  pickupPolicy?: Partial<PickupPolicy> | undefined;
}

export interface PickupWatch {
  hear: HearFarEnd;
  /** Who is told to be silent, to speak and to end. */
  attach(conversation: Conversation): void;
  /** The conversation is over; settles when all that was found out is stored. */
  close(): Promise<void>;
}

/** The event under which the carrier's word on who answered is kept, and reaches whoever holds the conversation. */
export const carrierVerdictEvent = 'answer.detected';

type Happening = PickupEvent extends infer E ? (E extends PickupEvent ? Omit<E, 'atMs'> : never) : never;

const nobodyWatches: PickupWatch = { hear: () => {}, attach: () => {}, close: async () => {} };

/** For calls that we placed; who calls us is a person, or ends the call. */
export async function watchPickup(parts: PickupParts, call: CallRow, logSeq: number): Promise<PickupWatch> {
  const assistant = call.assistant as Assistant;
  const settings = assistant.who_picked_up ?? usualWhoPickedUp;
  if (call.direction !== 'outbound' || settings.detect === 'nothing') return nobodyWatches;
  const watch = new Watch(parts, call, { assistant, logSeq });
  await watch.start();
  return watch;
}

class Watch implements PickupWatch {
  readonly #parts: PickupParts;
  readonly #call: CallRow;
  readonly #assistant: Assistant;
  readonly #rules: PickupRules;
  readonly #startedAtMs: number;
  readonly #feed: (event: PickupEvent) => void;
  #state: PickupState;
  #logSeq: number;
  #conversation: Conversation | null = null;
  /** False where a vendor decides who speaks, and does not tell when it has. */
  #isHeld = false;
  /** What was decided before there was a conversation. */
  readonly #waiting: PickupEffect[] = [];
  #writes: Promise<unknown> = Promise.resolve();
  #cancelTimer: CancelTimer = () => {};
  #unsubscribe: () => void = () => {};

  constructor(parts: PickupParts, call: CallRow, { assistant, logSeq }: { assistant: Assistant; logSeq: number }) {
    const { voicemail, who_picked_up = usualWhoPickedUp } = assistant;
    const { screener, menu, detect } = who_picked_up;
    this.#parts = parts;
    this.#call = call;
    this.#assistant = assistant;
    this.#logSeq = logSeq;
    this.#startedAtMs = parts.clock.monotonicMs();
    this.#rules = {
      policy: { ...usualPickupPolicy, ...parts.pickupPolicy },
      settings: {
        actions: { voicemail: voicemail.action, screener: screener.action, menu: menu.action },
        carrierTellsEnd: detect === 'carrier_and_heard' && voicemail.action === 'leave_message',
      },
    };
    this.#feed = oneAtATime((event: PickupEvent) => this.#step(event));
    const begun = beginPickup(toMessageState(call.voicemail_message), this.#rules);
    this.#state = begun.state;
    for (const effect of begun.effects) this.#perform(effect);
  }

  /** What the carrier has told before is heard as well, and what it tells to another node. */
  async start(): Promise<void> {
    const { live, store } = this.#parts;
    const heard = new Set<string>();
    const hear = ({ id, data }: { id: string; data: unknown }) => {
      if (heard.has(id)) return;
      heard.add(id);
      this.#happen({ type: 'carrier', verdict: (data as { answered_by: AnsweredBy }).answered_by });
    };
    this.#unsubscribe = live.subscribe((event) => {
      if (event.call_id === this.#call.id && event.type === carrierVerdictEvent) hear(event);
    });
    for (const event of await listEventsOfType(store.db, this.#call.id, carrierVerdictEvent)) hear(event);
  }

  readonly hear: HearFarEnd = (event) => this.#happen(event);

  attach(conversation: Conversation): void {
    this.#conversation = conversation;
    for (const effect of this.#waiting.splice(0)) this.#perform(effect);
  }

  async close(): Promise<void> {
    this.#happen({ type: 'closed' });
    await this.#writes;
  }

  #happen(happening: Happening): void {
    const atMs = Math.round(this.#parts.clock.monotonicMs() - this.#startedAtMs);
    this.#feed({ ...happening, atMs } as PickupEvent);
  }

  #step(event: PickupEvent): void {
    if (this.#state.phase === 'over') return;
    const made = stepPickup(this.#state, event, this.#rules);
    this.#state = made.state;
    const told = made.effects.filter(({ type }) => type !== 'set-timer' && type !== 'clear-timer');
    if (told.length > 0) this.#log(event, told);
    for (const effect of made.effects) this.#perform(effect);
    if (made.state.phase !== 'over') return;
    this.#cancelTimer();
    this.#unsubscribe();
  }

  #perform(effect: PickupEffect): void {
    if (effect.type === 'set-timer' || effect.type === 'clear-timer') return this.#setTimer(effect);
    const conversation = this.#conversation;
    if (!conversation) return void this.#waiting.push(effect);
    switch (effect.type) {
      case 'hold':
        this.#isHeld = conversation.hold();
        return;
      case 'go-on':
        return conversation.goOn(this.#call.welcome_message);
      case 'say':
        return this.#say(conversation, effect);
      case 'claim-message':
        return void this.#claimMessage();
      case 'end':
        // Why must be stored before the call is over, or what came of it would be told wrongly.
        return void this.#writes.then(() => conversation.end({ reason: effect.reason, by: 'assistant' }, null));
      case 'tell':
        return this.#tell(effect);
      case 'tell-message':
        return this.#tellMessage(effect.state);
    }
  }

  #say(conversation: Conversation, { what, saying }: Extract<PickupEffect, { type: 'say' }>): void {
    const text = this.#wordsFor(what);
    if (this.#isHeld) return void conversation.say(text, saying);
    if (what === 'introduction') {
      conversation.say(text);
      return this.#happen({ type: 'spoken', saying, whole: true });
    }
    // Its last words before it hangs up are all that a vendor's agent can be trusted to say and then be done.
    conversation.end({ reason: 'message_left', by: 'assistant' }, text);
    void conversation.over.then(({ reason }) => {
      this.#happen({ type: 'spoken', saying, whole: reason === 'message_left' });
    });
  }

  #setTimer(effect: { type: 'set-timer'; ms: number } | { type: 'clear-timer' }): void {
    this.#cancelTimer();
    if (effect.type === 'set-timer') {
      this.#cancelTimer = this.#parts.clock.startTimer(effect.ms, () => this.#happen({ type: 'timer' }));
    }
  }

  #wordsFor(what: 'message' | 'introduction'): string {
    const { name, language, voicemail, disclosure, who_picked_up = usualWhoPickedUp } = this.#assistant;
    const template = what === 'message' ? voicemail.message : who_picked_up.screener.introduction;
    const values = this.#call.parameters as Record<string, unknown>;
    const words = wordsFor(what, { template, name, language, values });
    return withDisclosure(disclosure, words) ?? words;
  }

  async #claimMessage(): Promise<void> {
    const { store, log } = this.#parts;
    const allowed = await claimVoicemailMessage(store.db, this.#call.id).catch((error: unknown) => {
      log.error({ callId: this.#call.id, reason: messageOf(error) }, 'the message for a mailbox could not be claimed');
      return false;
    });
    this.#happen({ type: 'message-allowed', allowed });
  }

  #tell({ verdict }: Extract<PickupEffect, { type: 'tell' }>): void {
    const { who, source } = verdict;
    this.#parts.log.info({ callId: this.#call.id, answeredBy: who, source }, 'who picked up');
    this.#write({ answered_by: who }, `${eventNames[who]}`, { answered_by: who, source });
  }

  #tellMessage(state: 'left' | 'cut_off'): void {
    this.#write(
      { voicemail_message: state },
      state === 'left' ? 'voicemail.message_left' : 'voicemail.message_cut_off',
      {},
    );
  }

  /** One after another, so that the last word on who it was is the last that is stored. */
  #write(changes: Pick<Partial<CallsTable>, 'answered_by' | 'voicemail_message'>, type: string, data: object): void {
    const { store, live, clock, newId, log } = this.#parts;
    const { id, client_id } = this.#call;
    const key = `${type}:${this.#logSeq}`;
    const at = new Date(clock.now());
    const told = JSON.stringify(withOwnNumber(this.#call, data));
    const write = async () => {
      const events = await store.transaction(async (db) => {
        await updateCall(db, id, changes);
        return insertEvents(db, [{ id: newId('event'), call_id: id, client_id, type, key, at, data: told }]);
      });
      live.publish(events);
    };
    this.#writes = this.#writes.then(write).catch((error: unknown) => {
      log.error({ callId: id, reason: messageOf(error) }, 'who picked up could not be stored');
    });
  }

  #log(event: PickupEvent, effects: readonly PickupEffect[]): void {
    const { store, clock, log } = this.#parts;
    this.#logSeq += 1;
    const { redact: kinds = [] } = this.#assistant;
    const entry = {
      ...{ call_id: this.#call.id, seq: this.#logSeq, at: new Date(clock.now()), machine: 'pickup' },
      event: redactJson(JSON.stringify(event), { kinds, numbers: false }),
      effects: redactJson(JSON.stringify(effects), { kinds, numbers: false }),
    };
    this.#writes = this.#writes
      .then(() => appendToLog(store.db, [entry]))
      .catch((error: unknown) => {
        log.error({ callId: this.#call.id, reason: messageOf(error) }, 'a step could not be stored');
      });
  }
}

const eventNames: Readonly<Record<Who, string>> = {
  person: 'person.detected',
  voicemail: 'voicemail.detected',
  menu: 'menu.detected',
  screener: 'call.screened',
  fax: 'fax.detected',
  nobody: 'nobody.detected',
};

/** One that was begun and of whose end nothing is known is not begun again. */
function toMessageState(stored: string | null): MessageState {
  if (stored === null) return 'none';
  return stored === 'left' ? 'left' : 'cut_off';
}
