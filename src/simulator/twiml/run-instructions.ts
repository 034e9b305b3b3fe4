/** Runs a call's TwiML: document after document, verb after verb, until they run out. */
import { waitFor } from '../../base/clock.ts';
import type { LiveCall, Source } from '../live-call.ts';
import { fetchDocument, type TwimlDocument } from './fetch-document.ts';
import type { TwimlElement } from './parse-twiml.ts';
import type { Verb, VerbOutcome } from './verb.ts';
import { verbs } from './verbs/index.ts';

/** Between two documents, so that documents that point at each other take time. */
const betweenDocumentsMs = 50;
const apology = 'We are sorry, an application error has occurred. Goodbye.';

/** Resolves when nothing is left to do; an abort of `signal` stops it at once. */
export async function runInstructions(call: LiveCall, first: Source, signal: AbortSignal): Promise<void> {
  let source: Source | null = first;
  while (source && !signal.aborted) {
    const document: TwimlDocument | null = await fetchDocument(call, source, signal);
    if (signal.aborted) return;
    if (!document) return apologize(call, signal);
    source = await runDocument(call, document, signal);
    if (source) await waitFor(call.network.clock, betweenDocumentsMs, signal);
  }
}

/** Where to go next, or null for nowhere. */
async function runDocument(call: LiveCall, document: TwimlDocument, signal: AbortSignal): Promise<Source | null> {
  for (const element of document.verbs) {
    if (signal.aborted) return null;
    const outcome = await runVerb(call, { element, baseUrl: document.baseUrl }, signal);
    if (outcome.type === 'go') return outcome.source;
    if (outcome.type === 'over') return null;
    if (outcome.type === 'failed') {
      call.problem({ code: outcome.code, level: 'error', message: outcome.message });
      await apologize(call, signal);
      return null;
    }
  }
  return null;
}

async function runVerb(
  call: LiveCall,
  { element, baseUrl }: { element: TwimlElement; baseUrl: string | null },
  signal: AbortSignal,
): Promise<VerbOutcome> {
  const verb = verbs.get(element.name);
  if (!verb) {
    noteUnknownVerb(call, element.name);
    return { type: 'next' };
  }
  for (const message of findStrangeAttributes(verb, element)) call.problem({ code: 12200, level: 'warning', message });
  if (verb.answers) call.answer();
  return verb.run({ call, element, baseUrl, signal });
}

function findStrangeAttributes(verb: Verb, element: TwimlElement): string[] {
  return Object.keys(element.attributes)
    .filter((name) => !verb.attributes.includes(name))
    .map((name) => `Schema validation warning: attribute '${name}' is not allowed in element '${element.name}'`);
}

/** Verbs that Twilio has and the simulator does not play yet. */
const laterVerbs = ['Enqueue', 'Leave', 'Pay', 'Record', 'Refer', 'Sms', 'Stop'];

function noteUnknownVerb(call: LiveCall, name: string): void {
  if (laterVerbs.includes(name)) {
    const message = `The simulator does not play <${name}> yet and went on with the next verb`;
    return call.problem({ code: null, level: 'error', message });
  }
  const message = `Schema validation warning: element '${name}' is not allowed in element 'Response'`;
  call.problem({ code: 12200, level: 'warning', message });
}

async function apologize(call: LiveCall, signal: AbortSignal): Promise<void> {
  call.answer();
  await call.line.voice.play(
    { source: 'apology', pending: apology, closed: true, interruptible: 'none', preemptible: false },
    signal,
  );
}
