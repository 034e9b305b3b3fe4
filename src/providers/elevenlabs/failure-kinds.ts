/** What ElevenLabs' own names of failures say about asking again. */
import type { SocketFailure } from '../../base/vendor-socket.ts';

const busy = ['too_many_concurrent_requests', 'system_busy', 'rate_limited', 'queue_overflow', 'resource_exhausted'];

const unavailable = [
  'error',
  'transcriber_error',
  'internal_error',
  'session_time_limit_exceeded',
  'insufficient_audio_activity',
  'input_timeout_exceeded',
];

/** Whatever is not known to pass by itself will fail again: a key, money, a voice that is not there, a bad request. */
export function kindOfFailure(name: string): SocketFailure['kind'] {
  if (busy.includes(name)) return 'busy';
  return unavailable.includes(name) ? 'unavailable' : 'refused';
}
