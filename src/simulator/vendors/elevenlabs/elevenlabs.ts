/** Simulated ElevenLabs, but for its agents. */
import type { VendorEndpoints } from '../vendor.ts';
import { scribe } from './scribe.ts';
import { speechRequest } from './speech-request.ts';
import { streamInput } from './stream-input.ts';

export const elevenlabs: VendorEndpoints = { sockets: [scribe, streamInput], http: [speechRequest] };
