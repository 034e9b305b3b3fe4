/** An HTTP answer's body as it comes over a wire that may be stalled, slow, cut or flooded. */
import { waitFor } from '../../base/clock.ts';
import { CallwrightError } from '../../base/errors.ts';
import { dripMs, makeHugeJson, spoiltJson } from './faulty-sending.ts';
import type { HttpAnswer, HttpEndpoint, VendorParts } from './vendor.ts';
import { whenNotStalled } from './vendor-faults.ts';

const dripBytes = 1600;

/** The connection broke in the middle of an answer. */
export class BodyCut extends CallwrightError {
  constructor() {
    super('simulator/body-cut', 'The simulated vendor broke its answer off');
  }
}

async function* toPieces(body: HttpAnswer['body']): AsyncGenerator<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body);
  else yield* body;
}

/** Ends early, and tells the body's maker so, when the signal is aborted. @throws BodyCut for the fault `close` */
export async function* carryBody(
  { answer, endpoint }: { answer: HttpAnswer; endpoint: HttpEndpoint | null },
  parts: VendorParts,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieces = toPieces(answer.body);
  if (!endpoint) return yield* pieces;
  const fault = () => parts.faults.of(endpoint.kind, endpoint.vendor);
  if (fault() === 'bad-json') return yield Buffer.from(spoiltJson);
  if (fault() === 'huge-message') yield Buffer.from(makeHugeJson());
  for await (const piece of pieces) {
    for (let from = 0, until = 0; from < piece.length; from = until) {
      await whenNotStalled(parts.faults, endpoint, signal);
      if (fault() === 'drip') await waitFor(parts.clock, dripMs, signal);
      if (signal.aborted) return;
      until = fault() === 'drip' ? from + dripBytes : piece.length;
      yield piece.subarray(from, until);
      if (fault() === 'close') throw new BodyCut();
    }
  }
}
