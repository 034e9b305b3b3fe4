/** What was measured, as a table that people read and as data that programs compare. */

export interface LineResult {
  id: string;
  figure: string;
  target: string;
  /** Medians of the rounds; null where nothing could be measured. */
  value: number | null;
  baseline: number | null;
  limit: number | null;
  /** Every round, to see how steady it is. */
  rounds: { value: number | null; baseline: number | null; stalls: number; loadAverage: number }[];
  verdict: string;
  note: string;
}

export interface Report {
  at: string;
  /** `loadAverage`: of the last minute, with everything else that runs there. */
  machine: { cores: number; model: string; node: string; loadAverage: number };
  mode: 'quick' | 'full';
  lines: LineResult[];
}

export function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? null) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function toVerdict(value: number | null, limit: number | null, moreIsBetter = false): string {
  if (value === null) return 'not measured';
  if (limit === null) return 'no limit known';
  const isMet = moreIsBetter ? value >= limit : value <= limit;
  if (isMet) return 'met';
  const distance = Math.abs(value - limit);
  return limit === 0 ? `missed by ${round(distance)}` : `missed by ${round(distance)} (${round(value / limit)}×)`;
}

const round = (value: number) => Math.round(value * 100) / 100;
const shown = (value: number | null) => (value === null ? '–' : String(round(value)));

export function toTable(report: Report): string {
  const rows = report.lines.map((line) => [
    line.figure,
    line.target,
    shown(line.value),
    shown(line.baseline),
    line.verdict,
    line.note,
  ]);
  const { machine, mode, at } = report;
  return [
    `${mode} run of ${at} on ${machine.cores} cores (${machine.model}), Node ${machine.node}, load average ${shown(machine.loadAverage)}`,
    '',
    '| figure | target | measured | baseline | verdict | details |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`),
  ].join('\n');
}
