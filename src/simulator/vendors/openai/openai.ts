/** Simulated OpenAI, but for its speaking Realtime sessions. */
import type { VendorEndpoints } from '../vendor.ts';
import { chat } from './chat.ts';
import { speech } from './speech.ts';
import { transcription } from './transcription.ts';

export const openai: VendorEndpoints = { sockets: [transcription], http: [speech, chat] };
