/** The piece in which the telephone carries sound. */
import { bytesPerMs } from './mulaw.ts';

export const frameMs = 20;
export const frameBytes = frameMs * bytesPerMs;
