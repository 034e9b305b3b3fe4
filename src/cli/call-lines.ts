/** What a person at a terminal reads of a call: one line for each event, and a summary at its end. */
import { styleText } from 'node:util';
import type { CallWithTurns, EventResource, TurnResource } from '../api/contract/calls.ts';

type CompletedTurn = Pick<TurnResource, 'speaker' | 'text' | 'heard_text' | 'interrupted' | 'latency'>;

const wordsFor: Record<string, string> = {
  'call.queued': 'queued',
  'call.dialing': 'dialing',
  'call.ringing': 'ringing',
  'call.started': 'answered',
  'call.blocked': 'blocked',
};

/** The line for an event, or null for one that needs none. */
export function toEventLine(event: EventResource, startedAtMs: number): string | null {
  const time = styleText('dim', `${((Date.parse(event.at) - startedAtMs) / 1000).toFixed(1).padStart(6)}s`);
  const status = wordsFor[event.type];
  if (status) return `${time}  ${styleText('yellow', `● ${status}`)}`;
  if (event.type === 'call.ended') {
    const { status: last, ended_reason: reason } = event.data as { status: string; ended_reason: string };
    return `${time}  ${styleText('yellow', `● ${last}`)} (${readable(reason)})`;
  }
  if (event.type === 'turn.completed') return `${time}  ${toTurnLine(event.data as CompletedTurn)}`;
  if (event.type !== 'turn.started') return null;
  const { text, reply_ms: replyMs } = event.data as { text: string; reply_ms: number | null };
  const after = replyMs === null ? '' : `, ${Math.round(replyMs)} ms after the person finished`;
  return `${time}  ${styleText('dim', `  assistant begins to speak: "${shown(text).trim()} …"${after}`)}`;
}

function toTurnLine(turn: CompletedTurn): string {
  if (turn.speaker === 'person') return `${styleText('cyan', 'Person     ')} ${shown(turn.text)}`;
  const heard = shown(turn.heard_text ?? '');
  if (turn.speaker === 'operator') return `${styleText('magenta', 'Operator   ')} ${heard}`;
  const name = styleText('green', 'Assistant  ');
  const steps = toSteps(turn.latency);
  if (!turn.interrupted) return `${name} ${heard}${steps}`;
  return `${name} ${heard} ${styleText('red', `✂ cut off: "${shown(notHeard(turn))}"`)}${steps}`;
}

/** How long the person waited, and for what; nothing where the sound was not ours. */
function toSteps(latency: CompletedTurn['latency']): string {
  if (!latency) return '';
  const known = [
    ['turn over', latency.decided_ms],
    ['first word', latency.first_token_ms],
    ['first sound', latency.first_frame_ms],
  ] as const;
  const steps = known.filter(([, ms]) => ms !== null).map(([step, ms]) => `${step} ${ms} ms`);
  return styleText('dim', `  (after the person's last sound: ${steps.join(', ')})`);
}

/** The part of a turn that was generated and not heard. */
export function notHeard(turn: Pick<TurnResource, 'text' | 'heard_text'>): string {
  const heard = turn.heard_text ?? '';
  return (turn.text.startsWith(heard) ? turn.text.slice(heard.length) : turn.text).trim();
}

/** What was said is somebody else's text: it must not move the cursor or clear the screen. */
const shown = (text: string) => text.replaceAll(/\p{Cc}+/gu, ' ');

const readable = (name: string | null) => (name ?? 'unknown').replaceAll('_', ' ');

export function toSummary(call: CallWithTurns, url: string): string {
  const cutOff = call.turns.filter((turn) => turn.interrupted);
  const { count, p50, p95 } = call.latency.reply_ms;
  const turns = call.turns.map((turn) => `    ${turn.speaker.padEnd(9)}  ${shown(turn.heard_text ?? turn.text)}`);
  return [
    '',
    styleText('bold', 'Summary'),
    `  call        ${call.id}`,
    `  SID         ${call.carrier_sid ?? 'none'}`,
    `  status      ${call.status} (${readable(call.ended_reason)}, by ${call.ended_by})`,
    `  outcome     ${readable(call.outcome)}`,
    `  duration    ${call.duration_seconds ?? 0} s`,
    `  replies     ${count === 0 ? 'none' : `${count}, half of them within ${p50} ms, 95 % within ${p95} ms`}`,
    `  cut off     ${cutOff.length} time${cutOff.length === 1 ? '' : 's'}`,
    '  transcript',
    ...turns,
    '  record      in the embedded database of DATA_DIR (./data unless set); look further at',
    `    ${url}/v1/calls/${call.id}`,
    `    ${url}/v1/calls/${call.id}/transcript?format=text`,
    `    ${url}/v1/calls/${call.id}/events`,
    '',
  ].join('\n');
}
