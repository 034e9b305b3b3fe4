/** A call that is handed over to a colleague: what is known of it, and to whom it may go. */
import type { Assistant } from '../assistant/assistant.ts';
import { type TransferTarget, toToolObject } from '../assistant/tool-settings.ts';
import type { CallRow } from '../store/calls.ts';
import type { EndedBy } from './lifecycle-state.ts';

/** Stored with the call; the newest one where there were several. */
export interface Transfer {
  /** The colleague, by the name on the assistant's list. */
  target: string;
  number: string;
  mode: 'cold' | 'warm';
  ring_seconds: number;
  /** What the colleague is told before they take it. */
  briefing: string | null;
  by: Extract<EndedBy, 'assistant' | 'request'>;
  /** `wanted`: the assistant still speaks; `ringing`: the colleague is called, or hears the briefing. */
  state: 'wanted' | 'ringing' | 'connected' | 'failed';
  /** Why nobody took it. */
  reason: string | null;
  asked_at: string;
  connected_at: string | null;
  ended_at: string | null;
  /** How long the colleague's line lasted, and the carrier's id of it. */
  leg_seconds: number | null;
  leg_sid: string | null;
}

export const transferOf = (call: Pick<CallRow, 'transfer'>) => call.transfer as Transfer | null;

export function settingOfTransfer(assistant: Pick<Assistant, 'tools'>) {
  for (const setting of assistant.tools) {
    const tool = toToolObject(setting);
    if (tool.type === 'transfer') return tool;
  }
  return null;
}

export function findTarget(assistant: Pick<Assistant, 'tools'>, name: string): TransferTarget | null {
  return settingOfTransfer(assistant)?.targets.find((target) => target.name === name) ?? null;
}

const nobodyTakesIt: Readonly<Record<string, string>> = {
  en: 'I am sorry, nobody can take your call right now. How else can I help you?',
  de: 'Es tut mir leid, im Moment kann niemand Ihren Anruf annehmen. Wie kann ich Ihnen sonst helfen?',
  es: 'Lo siento, ahora mismo nadie puede atender su llamada. ¿En qué más puedo ayudarle?',
  fr: 'Je suis désolé, personne ne peut prendre votre appel pour le moment. Comment puis-je vous aider autrement ?',
};

/** What the assistant says when it has the person back; null where nothing was tried since it last spoke. */
export function wordsOfReturn(call: CallRow, turns: readonly { started_at: Date }[]): string | null {
  const transfer = transferOf(call);
  if (transfer?.state !== 'failed' || transfer.ended_at === null) return null;
  const endedAtMs = Date.parse(transfer.ended_at);
  if (turns.some(({ started_at }) => started_at.getTime() > endedAtMs)) return null;
  const assistant = call.assistant as Assistant;
  const language = assistant.language.split('-')[0] ?? 'en';
  return settingOfTransfer(assistant)?.nobody_phrase ?? nobodyTakesIt[language] ?? nobodyTakesIt.en ?? null;
}

/** What a colleague hears who picks up: whose call it is, and how to take it. */
export function briefingOf(call: Pick<CallRow, 'assistant'>, transfer: Transfer): string {
  const { name } = call.assistant as Assistant;
  const about = transfer.briefing?.trim() ? ` ${transfer.briefing.trim()}` : '';
  return `This is ${name}, an automated assistant, with a call for you.${about} Press 1 or say yes to take it, or hang up.`;
}

const yes = /(?<!\p{L})(?:yes|yeah|yep|ok|okay|sure|accept|ja|sí|si|oui)(?!\p{L})/iu;

/** "I am not sure" takes nothing. */
const no =
  /(?<!\p{L})(?:no|nope|not|never|later|busy|don't|can't|cannot|won't|nein|nicht|später|keine?|non|pas)(?!\p{L})/iu;

/** Whether the colleague takes the call, by a key or by a word. */
export function takesIt({ keys, words }: { keys: string; words: string }): boolean {
  if (keys !== '') return keys.startsWith('1');
  const plain = words.normalize('NFC').replaceAll('’', "'");
  return yes.test(plain) && !no.test(plain);
}
