/** Calls of each day as bars, those that were answered below the others. */
import { toCount } from '../parts/format.ts';

interface Day {
  day: string;
  answered: number;
  other: number;
}

const short = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' });
const toDay = (day: string) => short.format(new Date(`${day}T00:00:00Z`));
const wordsOf = ({ day, answered, other }: Day) =>
  `${toDay(day)}: ${toCount(answered)} answered, ${toCount(other)} not`;

/** A round number that all bars fit under. */
function toTop(most: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 4, 5, 10].map((step) => step * size).find((top) => top >= most) ?? most;
}

const lines = [1, 0.5, 0];
/** So many of the days are named below. */
const named = 5;

export function DayChart({ days }: { days: readonly Day[] }) {
  const top = toTop(Math.max(...days.map(({ answered, other }) => answered + other)));
  const everyDays = Math.ceil(days.length / named);
  const isNamed = (index: number) => (days.length - 1 - index) % everyDays === 0;
  const share = (calls: number) => `${(calls / top) * 100}%`;
  return (
    <figure className="flex h-full flex-col gap-2 text-[0.8rem] text-soft">
      <div className="relative ml-9 flex-1">
        {lines.map((line) => (
          <div
            key={line}
            aria-hidden="true"
            className="absolute inset-x-0 border-t border-line"
            style={{ bottom: `${line * 100}%` }}
          >
            <span className="absolute right-full mr-2 -translate-y-1/2 tabular-nums">{toCount(top * line)}</span>
          </div>
        ))}
        <ol className="absolute inset-0 flex items-end gap-[2px] sm:gap-1">
          {days.map((day) => (
            <li key={day.day} title={wordsOf(day)} className="group flex h-full flex-1 flex-col justify-end">
              <span className="sr-only">{wordsOf(day)}</span>
              <span
                aria-hidden="true"
                className="rounded-t-[3px] bg-soft/40 group-hover:bg-soft/60"
                style={{ height: share(day.other) }}
              />
              <span
                aria-hidden="true"
                className={`bg-accent group-hover:bg-accent-strong ${day.other === 0 ? 'rounded-t-[3px]' : ''}`}
                style={{ height: share(day.answered) }}
              />
            </li>
          ))}
        </ol>
      </div>
      <div aria-hidden="true" className="ml-9 flex h-4 gap-[2px] sm:gap-1">
        {days.map(({ day }, index) => (
          <span key={day} className="relative flex-1">
            {isNamed(index) && <span className="absolute right-0 whitespace-nowrap">{toDay(day)}</span>}
          </span>
        ))}
      </div>
      <figcaption className="ml-9 flex gap-4">
        <span className="flex items-center gap-1.5">
          <span className="size-2 rounded-full bg-accent" /> answered
        </span>
        <span className="flex items-center gap-1.5">
          <span className="size-2 rounded-full bg-soft/40" /> not answered
        </span>
      </figcaption>
    </figure>
  );
}
