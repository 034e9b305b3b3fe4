/** Where the time of each answer went, step by step, drawn as a waterfall. */
import type { CallWithTurns, TurnResource } from '../../../src/api/contract/calls.ts';
import { toMs } from '../parts/format.ts';
import { Empty } from '../parts/notice.tsx';

const steps = [
  { name: 'final_ms', words: 'recognizing', color: 'bg-person' },
  { name: 'decided_ms', words: 'deciding that it was the person’s last word', color: 'bg-warn' },
  { name: 'first_token_ms', words: 'thinking', color: 'bg-info' },
  { name: 'first_sound_ms', words: 'finding the voice', color: 'bg-accent' },
  { name: 'first_frame_ms', words: 'sending', color: 'bg-good' },
  { name: 'heard_ms', words: 'on its way to the ear', color: 'bg-soft' },
] as const;

interface Span {
  words: string;
  color: string;
  fromMs: number;
  ms: number;
}

/** Steps in the order in which they happened, each from the one before it. */
function spansOf({ latency }: TurnResource): Span[] {
  if (!latency) return [];
  const reached = steps.flatMap(({ name, words, color }) => {
    const atMs = latency[name];
    return atMs === null ? [] : [{ words, color, atMs }];
  });
  reached.sort((a, b) => a.atMs - b.atMs);
  let fromMs = 0;
  return reached.flatMap(({ words, color, atMs }) => {
    const span = { words, color, fromMs, ms: atMs - fromMs };
    if (span.ms <= 0) return [];
    fromMs = atMs;
    return [span];
  });
}

export function LatencyPanel({ call }: { call: CallWithTurns }) {
  const answers = call.turns.filter(({ reply_ms }) => reply_ms !== null);
  if (answers.length === 0)
    return <Empty title="No answers were timed">There is one line for each answer to the person.</Empty>;
  const longestMs = Math.max(...answers.map((turn) => Math.max(turn.reply_ms ?? 0, turn.latency?.heard_ms ?? 0)), 1);
  const { p50, p95, count } = call.latency.reply_ms;
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="text-[0.93rem]">
        Over {count} {count === 1 ? 'answer' : 'answers'}: <strong>{toMs(p50)}</strong> in the middle,{' '}
        <strong>{toMs(p95)}</strong> at the 95th percentile.
      </p>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[0.82rem] text-soft">
        {steps.map(({ name, words, color }) => (
          <li key={name} className="flex items-center gap-1.5">
            <span className={`size-2 rounded-full ${color}`} /> {words}
          </li>
        ))}
      </ul>
      <ol className="flex flex-col gap-2">
        {answers.map((turn) => (
          <Answer key={turn.index} turn={turn} longestMs={longestMs} />
        ))}
      </ol>
    </div>
  );
}

function Answer({ turn, longestMs }: { turn: TurnResource; longestMs: number }) {
  const spans = spansOf(turn);
  const told = spans.map(({ words, ms }) => `${words} ${toMs(ms)}`).join(', ');
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_4.5rem] items-center gap-x-3 sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_4.5rem]">
      <span className="hidden truncate text-[0.87rem] text-soft sm:block">{turn.text}</span>
      <span className="relative h-4 overflow-hidden rounded bg-raised" title={told}>
        <span className="sr-only">{told}</span>
        {spans.length === 0 && (
          <span
            className="absolute inset-y-0 left-0 bg-accent"
            style={{ width: `${((turn.reply_ms ?? 0) / longestMs) * 100}%` }}
          />
        )}
        {spans.map(({ words, color, fromMs, ms }) => (
          <span
            key={words}
            className={`absolute inset-y-0 ${color}`}
            style={{ left: `${(fromMs / longestMs) * 100}%`, width: `${(ms / longestMs) * 100}%` }}
          />
        ))}
      </span>
      <span className="text-right text-[0.87rem] tabular-nums">{toMs(turn.reply_ms)}</span>
    </li>
  );
}
