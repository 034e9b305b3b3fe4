/** What a call can cost at most, before anybody knows what will be said in it. Pure. */
import { findPrice, type PriceQuestion } from './find-price.ts';
import { chargeFor, type Price, type Usage } from './price.ts';

/** Whoever may hear, think and speak in a call, as `vendor/model`; null: nobody apart. */
export interface LineVendors {
  ears: string | null;
  mouth: string | null;
  model: string | null;
  agent: string | null;
}

/** A call as far as it matters to what it costs. */
export interface CallShape {
  carrier: string;
  number: NonNullable<PriceQuestion['number']>;
  direction: 'outbound' | 'inbound';
  line: 'relay' | 'media';
  /** How long the person may be on the line. */
  longestSeconds: number;
  carrierRecords: boolean;
  carrierTranscribes: boolean;
  detectsMachines: boolean;
  /** Each set of vendors that may hold it; when one fails, the next takes over. */
  vendors: readonly LineVendors[];
}

/** More than is said and thought in any minute that was measured; tokens count the whole conversation at each reply. */
const mostPerMinute = {
  text_to_speech_character: 2000,
  model_input_token: 60_000,
  model_output_token: 3000,
  agent_text_input_token: 10_000,
  agent_text_output_token: 1000,
  agent_audio_input_token: 6000,
  agent_audio_output_token: 1200,
  agent_cached_input_token: 60_000,
} as const;

/** `openai:gpt-4.1-mini` and `deepgram/nova-3` in their two parts. */
export function toVendorAndModel(name: string): { vendor: string; model: string | null } {
  const [, vendor = name, model] = /^([^/:]+)[/:](.+)$/.exec(name) ?? [];
  return { vendor, model: model ?? null };
}

export interface WorstCase {
  /** Null: a part of it has no price. */
  micros: number | null;
  /** What it comes to without the parts that have no price. */
  knownMicros: number;
  missing: string[];
}

export function worstCaseOf(
  shape: CallShape,
  prices: { all: readonly Price[]; currency: string },
  atMs: number,
): WorstCase {
  const cases = (shape.vendors.length > 0 ? shape.vendors : [nobody]).map((vendors) =>
    [...carrierUsage(shape), ...vendorUsage(vendors, shape.longestSeconds)].map((usage) => {
      const price = findPrice(
        prices.all,
        { ...usage, currency: prices.currency, number: numberFor(usage, shape) },
        atMs,
      );
      return { usage, micros: price && chargeFor(price, usage.quantity) };
    }),
  );
  const missing = new Set(cases.flat().flatMap(({ usage, micros }) => (micros === null ? [toWords(usage)] : [])));
  const knownMicros = Math.max(...cases.map((parts) => parts.reduce((sum, { micros }) => sum + (micros ?? 0), 0)));
  return { micros: missing.size === 0 ? knownMicros : null, knownMicros, missing: [...missing] };
}

const nobody: LineVendors = { ears: null, mouth: null, model: null, agent: null };

/** Only what the carrier takes for the way to the phone depends on its number. */
export const numberFor = ({ item }: Pick<Usage, 'item'>, { number }: Pick<CallShape, 'number'>) =>
  item === 'call_minute' || item === 'incoming_call_minute' ? number : null;

export const toWords = ({ vendor, item, model }: Omit<Usage, 'quantity'>) =>
  `${item} of ${vendor}${model === null ? '' : ` (${model})`}`;

export function carrierUsage(shape: Omit<CallShape, 'vendors'>): Usage[] {
  const { carrier: vendor, longestSeconds: quantity } = shape;
  const seconds = (item: Usage['item']): Usage => ({ vendor, item, model: null, quantity });
  return [
    seconds(shape.direction === 'outbound' ? 'call_minute' : 'incoming_call_minute'),
    seconds(shape.line === 'relay' ? 'relay_minute' : 'stream_minute'),
    ...(shape.carrierRecords ? [seconds('recording_minute')] : []),
    ...(shape.carrierTranscribes ? [seconds('transcription_minute')] : []),
    ...(shape.detectsMachines ? [{ vendor, item: 'machine_detection', model: null, quantity: 1 } as const] : []),
  ];
}

function vendorUsage({ ears, mouth, model, agent }: LineVendors, longestSeconds: number): Usage[] {
  const minutes = Math.ceil(longestSeconds / 60);
  const most = (name: string, items: readonly (keyof typeof mostPerMinute)[]): Usage[] =>
    items.map((item) => ({ ...toVendorAndModel(name), item, quantity: minutes * mostPerMinute[item] }));
  return [
    ...(ears ? [{ ...toVendorAndModel(ears), item: 'speech_to_text_minute', quantity: longestSeconds } as const] : []),
    ...(mouth ? most(mouth, ['text_to_speech_character']) : []),
    ...(model ? most(model, ['model_input_token', 'model_output_token']) : []),
    ...(agent ? agentUsage(agent, longestSeconds, most) : []),
  ];
}

/** OpenAI counts tokens of sound and text; others count the minutes. */
function agentUsage(
  agent: string,
  longestSeconds: number,
  most: (name: string, items: readonly (keyof typeof mostPerMinute)[]) => Usage[],
): Usage[] {
  if (toVendorAndModel(agent).vendor !== 'openai') {
    return [{ ...toVendorAndModel(agent), item: 'agent_minute', quantity: longestSeconds }];
  }
  return most(agent, [
    'agent_text_input_token',
    'agent_text_output_token',
    'agent_audio_input_token',
    'agent_audio_output_token',
    'agent_cached_input_token',
  ]);
}
