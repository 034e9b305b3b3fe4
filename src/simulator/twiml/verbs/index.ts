/** The TwiML verbs that the phone network plays, by name; a new verb is one file and one entry here. */
import type { Verb } from '../verb.ts';
import { connect } from './connect.ts';
import { dial } from './dial.ts';
import { gather } from './gather.ts';
import { hangup } from './hangup.ts';
import { pause } from './pause.ts';
import { play } from './play.ts';
import { redirect } from './redirect.ts';
import { reject } from './reject.ts';
import { say } from './say.ts';
import { start } from './start.ts';

export const verbs: ReadonlyMap<string, Verb> = new Map(
  [connect, dial, gather, hangup, pause, play, redirect, reject, say, start].map((verb) => [verb.name, verb]),
);
