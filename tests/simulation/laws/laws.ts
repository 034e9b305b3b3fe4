/** All laws, in their order. */
import { contactsDone } from './contacts-done.ts';
import { heardIsHeard } from './heard-is-heard.ts';
import type { CreateLaw } from './law.ts';
import { matchesTheCarrier } from './matches-the-carrier.ts';
import { notForbidden } from './not-forbidden.ts';
import { nothingLost } from './nothing-lost.ts';
import { oneCallAtATime } from './one-call-at-a-time.ts';
import { oneCarrierCall } from './one-carrier-call.ts';
import { onlyForward } from './only-forward.ts';
import { toldOnce } from './told-once.ts';
import { withinTheCaps } from './within-the-caps.ts';
import { withinTheLimits } from './within-the-limits.ts';

export const laws: readonly CreateLaw[] = [
  oneCarrierCall,
  oneCallAtATime,
  nothingLost,
  onlyForward,
  matchesTheCarrier,
  heardIsHeard,
  toldOnce,
  notForbidden,
  withinTheLimits,
  withinTheCaps,
  contactsDone,
];
