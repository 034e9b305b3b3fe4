/** Words of regret that lie ready as sound, for a call whose every voice has failed. */
import { readFileSync } from 'node:fs';

/** "I am sorry, I am having technical trouble and have to end this call. Goodbye.", μ-law, 8 kHz. */
export const spareApology: Uint8Array = readFileSync(new URL('./spare-apology.ulaw', import.meta.url));
