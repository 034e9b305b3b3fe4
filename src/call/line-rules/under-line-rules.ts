/** What the rules of the place change about a call before it is stored: first words, disclosure, and whether it may be recorded from the start. */
import type { Assistant } from '../../assistant/assistant.ts';
import type { CallOrder } from '../../ports/carrier.ts';
import { type Duties, dutiesOf, withDuties } from './duties.ts';
import type { RecordingConsent } from './hear-consent.ts';
import type { LineRulesTable } from './line-rules.ts';

export interface LineRules {
  table: LineRulesTable;
  /** Whether calls on audio streams are recorded here. */
  recordsLines: boolean;
}

export interface CallToTell {
  /** Of the person. */
  number: string;
  assistant: Assistant;
  greeting: string | null;
  engine: string;
  instructions: CallOrder['instructions'] | null;
  hasAgreed: boolean;
}

export interface ToldCall {
  assistant: Assistant;
  greeting: string | null;
  instructions: CallOrder['instructions'] | null;
  /** Null where nothing must be said. */
  duties: Duties | null;
  /** Null where nothing is recorded, or nobody must be told. */
  consent: RecordingConsent | null;
}

export function underLineRules(rules: LineRules, call: CallToTell): ToldCall {
  const duties = dutiesFor(rules, call);
  const { assistant, greeting, instructions } = call;
  const isBound = duties.statements.length > 0 || duties.question !== null;
  if (!isBound) return { assistant, greeting, instructions, duties: null, consent: null };
  const words = withDuties({ disclosure: assistant.disclosure ?? null, greeting }, duties);
  return {
    assistant: { ...assistant, disclosure: words.disclosure },
    greeting: words.greeting,
    instructions: duties.question === null ? instructions : withoutRecording(instructions),
    duties,
    consent: isRecorded(rules, call) ? { state: duties.question === null ? 'told' : 'asked', words: null } : null,
  };
}

/** Whether it must be known if the person has agreed before. */
export const mustAsk = (rules: LineRules, call: CallToTell): boolean => dutiesFor(rules, call).question !== null;

const dutiesFor = (rules: LineRules, call: CallToTell): Duties =>
  dutiesOf(rules.table, {
    ...{ number: call.number, language: call.assistant.language, hasAgreed: call.hasAgreed },
    isRecorded: isRecorded(rules, call),
  });

function isRecorded({ recordsLines }: LineRules, { engine, instructions }: CallToTell): boolean {
  const isByCarrier =
    instructions !== null && 'inline' in instructions && instructions.inline.some(({ type }) => type === 'record-call');
  return isByCarrier || (recordsLines && engine === 'media');
}

/** The carrier would record before anybody could be asked. */
function withoutRecording(instructions: CallToTell['instructions']): CallToTell['instructions'] {
  if (instructions === null || !('inline' in instructions)) return instructions;
  return { inline: instructions.inline.filter(({ type }) => type !== 'record-call') };
}
