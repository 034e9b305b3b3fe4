/** Looks for a vendor's key where that vendor wants it. */
import { toRefusal } from './refusals.ts';
import type { VendorName, VendorRefusal, VendorRequest } from './vendor.ts';

/** The right key of a vendor; null: any will do. */
export type RightKey = (vendor: VendorName) => string | null;

function toSchemeKey(authorization: string | undefined, schemes: readonly string[]): string | null {
  const [scheme = '', key = ''] = (authorization ?? '').trim().split(/\s+/u, 2);
  return schemes.includes(scheme.toLowerCase()) && key !== '' ? key : null;
}

/** The key that came with a request; null: none where the vendor would look. */
export function findKey(vendor: VendorName, { headers, url }: VendorRequest): string | null {
  const query = (name: string) => url.searchParams.get(name) || null;
  switch (vendor) {
    case 'deepgram': {
      const [protocol, key] = (headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/u);
      const offered = protocol === 'token' && key ? key : null;
      return toSchemeKey(headers.authorization, ['token', 'bearer']) ?? offered;
    }
    case 'elevenlabs':
      return headers['xi-api-key'] || query('token');
    case 'openai':
      return toSchemeKey(headers.authorization, ['bearer']);
    case 'cartesia':
      return (
        toSchemeKey(headers.authorization, ['bearer']) ||
        headers['x-api-key'] ||
        query('api_key') ||
        query('access_token')
      );
  }
}

/** Null when it may come in. */
export function checkKey(vendor: VendorName, request: VendorRequest, rightKey: RightKey): VendorRefusal | null {
  const key = findKey(vendor, request);
  const wanted = rightKey(vendor);
  if (key === null || (wanted !== null && key !== wanted)) return toRefusal(vendor, 401);
  const version = request.headers['cartesia-version'] ?? request.url.searchParams.get('cartesia_version') ?? '';
  if (vendor === 'cartesia' && !/^\d{4}-\d{2}-\d{2}$/u.test(version)) {
    return toRefusal(vendor, 400, 'Cartesia-Version must be given as YYYY-MM-DD');
  }
  return null;
}
