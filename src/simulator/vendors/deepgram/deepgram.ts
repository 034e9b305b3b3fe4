/** All of simulated Deepgram. */
import type { VendorEndpoints } from '../vendor.ts';
import { auraRequest, auraSocket } from './aura.ts';
import { flux } from './flux.ts';
import { nova } from './nova.ts';

export const deepgram: VendorEndpoints = { sockets: [nova, flux, auraSocket], http: [auraRequest] };
