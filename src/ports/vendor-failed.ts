/** How a vendor of speech or of a voice agent fails, whichever it is. */
import { CallwrightError } from '../base/errors.ts';
import type { SocketFailure } from '../base/vendor-socket.ts';

export type VendorFailure =
  /** Wrong key, no money, bad request: the same again would fail again. */
  | 'vendor/refused'
  /** Too many requests for now. */
  | 'vendor/busy'
  /** Not reached, or a fault on its side. */
  | 'vendor/unavailable'
  /** It did not answer in time. */
  | 'vendor/timeout'
  /** What it sent makes no sense, is too large, or broke off. */
  | 'vendor/broken-stream';

export class VendorFailed extends CallwrightError {
  /** Which vendor, for example `deepgram`. */
  readonly vendor: string;
  /** Whether asking it again at once could help. */
  readonly retryable: boolean;
  constructor(vendor: string, code: VendorFailure, message: string) {
    super(code, message);
    this.vendor = vendor;
    this.retryable = code === 'vendor/unavailable' || code === 'vendor/timeout' || code === 'vendor/broken-stream';
  }
}

/** What became of a vendor's socket, as a failure of that vendor. */
export function toVendorFailed(vendor: string, failure: SocketFailure): VendorFailed {
  return new VendorFailed(vendor, `vendor/${failure.kind}`, failure.message);
}
