/** Which misfortune each kind of vendor suffers at the moment. */
import type { VendorFault, VendorFaults, VendorKind, VendorName } from './vendor.ts';

export const vendorNames: readonly VendorName[] = ['deepgram', 'elevenlabs', 'openai', 'cartesia'];

export function createVendorFaults(): VendorFaults {
  const faults = new Map<string, VendorFault>();
  const listeners = new Set<() => void>();
  return {
    set(kind: VendorKind, fault: VendorFault, vendor?: VendorName) {
      for (const name of vendor ? [vendor] : vendorNames) faults.set(`${kind} ${name}`, fault);
      for (const listener of [...listeners]) listener();
    },
    of: (kind, vendor) => faults.get(`${kind} ${vendor}`) ?? 'none',
    onSet(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Resolves as soon as the vendor is not stalled (any more), or the signal is aborted. */
export function whenNotStalled(
  faults: VendorFaults,
  { kind, vendor }: { kind: VendorKind; vendor: VendorName },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const isOver = () => signal.aborted || faults.of(kind, vendor) !== 'stall';
    if (isOver()) return resolve();
    const look = () => {
      if (!isOver()) return;
      forget();
      signal.removeEventListener('abort', look);
      resolve();
    };
    const forget = faults.onSet(look);
    signal.addEventListener('abort', look);
  });
}
