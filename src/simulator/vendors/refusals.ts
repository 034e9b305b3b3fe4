/** Refusals in each vendor's own words. */
import type { HttpAnswer, VendorName, VendorRefusal } from './vendor.ts';

const usualMessages: Record<number, string> = {
  400: 'Bad request',
  401: 'The key is missing or wrong',
  404: 'Not found',
  429: 'Too many requests',
  500: 'Internal error',
};

const codes = {
  deepgram: { 400: 'Bad Request', 401: 'INVALID_AUTH', 404: 'NOT_FOUND', 429: 'TOO_MANY_REQUESTS' },
  elevenlabs: { 400: 'invalid_request', 401: 'invalid_api_key', 429: 'too_many_concurrent_requests' },
  openai: { 401: 'invalid_api_key', 404: 'model_not_found', 429: 'rate_limit_exceeded' },
  cartesia: { 429: 'concurrency_limited' },
} satisfies Record<VendorName, Record<number, string>>;

/** An error answer with the vendor's own envelope. */
export function toRefusal(vendor: VendorName, status: number, message = usualMessages[status] ?? ''): VendorRefusal {
  const code = (codes[vendor] as Record<number, string>)[status] ?? null;
  const requestId = '00000000-0000-4000-8000-000000000000';
  const toBody = (): object => {
    switch (vendor) {
      case 'deepgram':
        return { err_code: code ?? 'INTERNAL_SERVER_ERROR', err_msg: message, request_id: requestId };
      case 'elevenlabs':
        return { detail: { status: code ?? 'internal_error', message } };
      case 'openai':
        return { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code } };
      case 'cartesia':
        return { error_code: code, title: usualMessages[status] ?? 'Error', message, request_id: requestId };
    }
  };
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (vendor === 'deepgram') Object.assign(headers, { 'dg-request-id': requestId, 'dg-error': message });
  return { status, headers, body: JSON.stringify(toBody()) };
}

export function toAnswer({ status, headers = {}, body }: VendorRefusal): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}
