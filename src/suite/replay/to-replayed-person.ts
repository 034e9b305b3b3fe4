/** Makes a simulated person of a call that was held: they say, press and keep silent what the person of that call did, in that order. */
import type { CallWithTurns, TurnResource } from '../../api/contract/calls.ts';
import type { Person, Step } from '../../simulator/person/person.ts';

/** What the transcript holds where keys were pressed. */
const keysPressed = /^\[pressed ([0-9*#]{1,40})\]$/;
/** A shorter pause between two things that the assistant said is no silence of the person's. */
const leastSilenceMs = 2000;
const patienceMs = 60_000;

const wordsIn = (text: string | null) => (text ?? '').split(/\s+/).filter((word) => word !== '').length;

/** The person of the call; one whose line nobody answered is as unreachable again. */
export function toReplayedPerson(call: CallWithTurns): Person {
  const steps = call.turns.flatMap((turn, index) => toSteps(turn, call.turns[index - 1], call.turns[index + 1]));
  const hangsUp = call.ended_by === 'person' ? [{ type: 'hangs-up', afterWords: 0 } as const] : [];
  return {
    ...{ name: 'the person of the call', description: `As in ${call.id}.`, patienceMs },
    ...{ pickup: { type: 'answers', afterMs: 1000 }, steps: [...steps, ...hangsUp] },
  };
}

function toSteps(turn: TurnResource, before: TurnResource | undefined, after: TurnResource | undefined): Step[] {
  // There is no operator in a replay: whoever answered the person, it is the assistant that does now.
  if (turn.speaker !== 'person') return toHearing(turn, before, after);
  const [, digits] = keysPressed.exec(turn.text) ?? [];
  if (digits !== undefined) return [{ type: 'presses', digits }];
  // Who speaks over the assistant does so as one step with hearing it.
  return isCutOff(before) ? [] : [{ type: 'says', text: turn.text }];
}

const isHeard = (turn: TurnResource | undefined): turn is TurnResource =>
  turn !== undefined && turn.speaker !== 'person';

const isCutOff = (turn: TurnResource | undefined) => turn?.speaker === 'assistant' && turn.interrupted;

function toHearing(turn: TurnResource, before: TurnResource | undefined, after: TurnResource | undefined): Step[] {
  const silenceMs = isHeard(before) ? toGapMs(before, turn) : 0;
  const silence: Step[] = silenceMs >= leastSilenceMs ? [{ type: 'waits', ms: silenceMs }] : [];
  const isSpokenOver = isCutOff(turn) && after?.speaker === 'person' && !keysPressed.test(after.text);
  if (isSpokenOver) {
    return [...silence, { type: 'interrupts', afterWords: Math.max(wordsIn(turn.heard_text), 1), text: after.text }];
  }
  // What is said in one go was listened to once.
  return isHeard(before) && silence.length === 0 ? [] : [...silence, { type: 'listens' }];
}

const toGapMs = (before: TurnResource, turn: TurnResource) =>
  before.ended_at === null ? 0 : Date.parse(turn.started_at) - Date.parse(before.ended_at);
