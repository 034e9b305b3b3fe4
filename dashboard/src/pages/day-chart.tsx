/** Calls of each day, those that were answered below the others. */
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

interface Day {
  day: string;
  answered: number;
  other: number;
}

const short = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' });
const toDay = (day: string) => short.format(new Date(`${day}T00:00:00Z`));

// biome-ignore lint/style/noDefaultExport: React loads a part later only by its default export.
export default function DayChart({ days }: { days: readonly Day[] }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={[...days]} margin={{ top: 8, right: 4, bottom: 0, left: -18 }} barCategoryGap="22%">
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="day" tickFormatter={toDay} tickLine={false} axisLine={false} minTickGap={28} tick={tick} />
        <YAxis allowDecimals={false} tickLine={false} axisLine={false} tick={tick} />
        <Tooltip
          cursor={{ fill: 'var(--raised)' }}
          labelFormatter={(day) => toDay(String(day))}
          contentStyle={{ background: 'var(--panel)', border: '1px solid var(--line)', borderRadius: 8 }}
        />
        <Bar dataKey="answered" name="answered" stackId="calls" fill="var(--accent)" isAnimationActive={false} />
        <Bar
          dataKey="other"
          name="not answered"
          stackId="calls"
          fill="var(--soft)"
          fillOpacity={0.45}
          radius={[3, 3, 0, 0]}
          isAnimationActive={false}
        />
      </BarChart>
    </ResponsiveContainer>
  );
}

const tick = { fill: 'var(--soft)', fontSize: 12 };
