/** <Gather>: says what is in it, and asks the action URL with what the person presses or says to it. */
import { waitFor } from '../../../base/clock.ts';
import type { LiveCall } from '../../live-call.ts';
import { toSource, type Verb, type VerbScene } from '../verb.ts';
import { say } from './say.ts';

interface Input {
  digits: string;
  words: string;
}

const usualTimeoutSeconds = 5;

export const gather: Verb = {
  name: 'Gather',
  attributes: [
    'action',
    'method',
    'input',
    'numDigits',
    'finishOnKey',
    'timeout',
    'speechTimeout',
    'language',
    'hints',
  ],
  answers: true,
  async run(scene) {
    const { call, element, signal } = scene;
    const { action, method } = element.attributes;
    const ear = listen(call, element.attributes);
    await sayUntilAnswered(scene, ear.stirred);
    const patience = new AbortController();
    const timeoutMs = Number(element.attributes.timeout ?? usualTimeoutSeconds) * 1000;
    const tooLong = waitFor(call.network.clock, timeoutMs, AbortSignal.any([signal, patience.signal]));
    await Promise.race([ear.whenStirred, tooLong]);
    // Whoever is in the middle of a word is heard to its end.
    const input = ear.stirred.aborted && !signal.aborted ? await Promise.race([ear.input, over(call)]) : null;
    patience.abort();
    ear.close();
    if (signal.aborted) return { type: 'over' };
    if (!input) return { type: 'next' };
    const source = toSource(scene, { url: action ?? '', method, kind: 'action' });
    if (source.type === 'failed') return source;
    const spoken = input.words === '' ? {} : { SpeechResult: input.words, Confidence: '0.9' };
    const pressed = input.digits === '' ? {} : { Digits: input.digits };
    return { type: 'go', source: { ...source, parameters: { ...spoken, ...pressed } } };
  },
};

function over(call: LiveCall): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  if (call.overSignal.aborted) resolve(null);
  call.overSignal.addEventListener('abort', () => resolve(null), { once: true });
  return promise;
}

function listen(call: LiveCall, attributes: Record<string, string>) {
  const kinds = (attributes.input ?? 'dtmf').split(' ');
  const most = Number(attributes.numDigits ?? Number.POSITIVE_INFINITY);
  const finish = attributes.finishOnKey ?? '#';
  const stirred = new AbortController();
  const input = Promise.withResolvers<Input>();
  const whenStirred = Promise.withResolvers<void>();
  const stir = () => {
    stirred.abort();
    whenStirred.resolve();
  };
  let digits = '';
  const close = call.line.listen({
    keyPressed(digit) {
      if (!kinds.includes('dtmf')) return;
      stir();
      if (digit !== finish) digits += digit;
      if (digit === finish || digits.length >= most) input.resolve({ digits, words: '' });
    },
    speechStarted() {
      if (kinds.includes('speech')) stir();
    },
    speechEnded(said) {
      if (!kinds.includes('speech')) return;
      said.reachedApp = true;
      input.resolve({ digits: '', words: said.text });
    },
  });
  return { stirred: stirred.signal, whenStirred: whenStirred.promise, input: input.promise, close };
}

async function sayUntilAnswered(scene: VerbScene, stirred: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([scene.signal, stirred]);
  for (const element of scene.element.children) {
    if (signal.aborted) return;
    if (element.name === 'Say') await say.run({ ...scene, element, signal });
  }
}
