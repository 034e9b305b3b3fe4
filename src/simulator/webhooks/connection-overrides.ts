/** Reads the connection overrides that an application may put into the fragment of a webhook's URL. */

export type RetryCause = 'ct' | 'rt' | '4xx' | '5xx';

export interface ConnectionOverrides {
  connectMs: number;
  readMs: number;
  /** Budget over all tries. */
  totalMs: number;
  retries: number;
  retryOn: ReadonlySet<RetryCause>;
}

const causes: readonly RetryCause[] = ['ct', 'rt', '4xx', '5xx'];

function parseRetryOn(text: string): ReadonlySet<RetryCause> {
  const names = text.split(',');
  return new Set(names.includes('all') ? causes : causes.filter((cause) => names.includes(cause)));
}

/** Values out of range are brought to the nearest end of it; what cannot be read counts as not given. */
export function parseConnectionOverrides(url: string): ConnectionOverrides {
  const hash = url.indexOf('#');
  const given = new URLSearchParams(hash < 0 ? '' : url.slice(hash + 1));
  const whole = (name: string, fallback: number, range: readonly [number, number]) => {
    const text = given.get(name);
    if (text === null || !/^\d+$/.test(text)) return fallback;
    return Math.min(Math.max(Number(text), range[0]), range[1]);
  };
  return {
    connectMs: whole('ct', 5000, [100, 10_000]),
    readMs: whole('rt', 15_000, [100, 15_000]),
    totalMs: whole('tt', 15_000, [100, 15_000]),
    retries: whole('rc', 1, [0, 5]),
    retryOn: parseRetryOn(given.get('rp') ?? 'ct'),
  };
}
