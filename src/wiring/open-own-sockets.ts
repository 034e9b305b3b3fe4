/** Every socket that is not the carrier's. */
import type { ListenInParts } from '../call/listen-in.ts';
import type { OwnSocket } from '../sockets.ts';
import type { Foundation } from './foundation.ts';
import { openBrowserPhones } from './open-browser-phones.ts';
import { openCallAudio } from './open-call-audio.ts';

type PhoneParts = Parameters<typeof openBrowserPhones>[1];

export function openOwnSockets(base: Foundation, parts: PhoneParts & { listening: ListenInParts }): OwnSocket[] {
  return [...openBrowserPhones(base, parts), openCallAudio(parts.listening)];
}
