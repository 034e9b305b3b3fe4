/** What a cursor in a list of calls holds: the time and id of the call that the page ended with. */
import { z } from 'zod';
import { lastMomentMs } from './contract/text.ts';

export const callCursorSchema = z.tuple([z.int().min(0).max(lastMomentMs), z.string().regex(/^\w{1,100}$/)]);
