/** Values that several of simulated Cartesia's services share. */
import { toRefusal } from '../refusals.ts';
import type { VendorRefusal, VendorRequest } from '../vendor.ts';

export const requestId = '2d8f0000-0000-4000-8000-000000000001';

export function toErrorMessage(status: number, message: string, contextId?: string): string {
  return JSON.stringify({
    ...{ type: 'error', done: true, status_code: status, error_code: null, title: 'Invalid request', message },
    ...{ request_id: requestId },
    ...(contextId === undefined ? {} : { context_id: contextId }),
  });
}

/** Only telephone sound is understood here. */
export function refuseOtherSound({ url }: VendorRequest, models: readonly string[]): VendorRefusal | null {
  const query = url.searchParams;
  if (!models.includes(query.get('model') ?? '')) return toRefusal('cartesia', 400, 'there is no such model');
  if (query.get('encoding') === 'pcm_mulaw' && query.get('sample_rate') === '8000') return null;
  return toRefusal('cartesia', 400, 'the simulated vendor understands encoding=pcm_mulaw at sample_rate=8000 only');
}
