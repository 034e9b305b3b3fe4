/** All of simulated Cartesia. */
import type { VendorEndpoints } from '../vendor.ts';
import { inkManual } from './ink-manual.ts';
import { inkTurns } from './ink-turns.ts';
import { sonic } from './sonic.ts';

export const cartesia: VendorEndpoints = { sockets: [inkTurns, inkManual, sonic], http: [] };
