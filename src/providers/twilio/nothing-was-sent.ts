/** Tells from a failed `fetch` whether it is proven that not one byte of the request reached the other side. */

/** The runtime checks the certificate before it writes a request, so these end a connection that carried nothing. */
const certificateErrors: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The client's own limit for connecting, TLS included. */
const connectTimeout = 'UND_ERR_CONNECT_TIMEOUT';

interface SystemError {
  code?: unknown;
  syscall?: unknown;
  errors?: unknown;
  cause?: unknown;
}

/** Looking up the name and connecting come before sending; `read`, `write` and unnamed resets prove nothing. */
function endedBeforeSending(error: SystemError): boolean {
  if (Array.isArray(error.errors) && error.errors.length > 0) return error.errors.every(nothingWasSent);
  if (error.syscall === 'getaddrinfo' || error.syscall === 'connect') return true;
  return typeof error.code === 'string' && (error.code === connectTimeout || certificateErrors.has(error.code));
}

/**
 * True only for a name that does not resolve, a connection that was not made, or a certificate that was not
 * believed. Everything else, known or not, is false: the request may have arrived.
 */
export function nothingWasSent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { cause } = error as SystemError;
  return endedBeforeSending(error) || (cause !== error && nothingWasSent(cause));
}
