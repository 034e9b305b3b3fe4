/** <Connect>: hands the call to a session; what follows is up to the action URL, or to the next verb. */
import type { TwimlElement } from '../parse-twiml.ts';
import type { Verb, VerbOutcome, VerbScene } from '../verb.ts';
import { connectRelay } from './connect-relay.ts';
import { connectStream } from './connect-stream.ts';

const nouns: Record<string, (scene: VerbScene, noun: TwimlElement) => Promise<VerbOutcome>> = {
  ConversationRelay: connectRelay,
  Stream: connectStream,
};

export const connect: Verb = {
  name: 'Connect',
  attributes: ['action', 'method'],
  answers: false,
  async run(scene) {
    const { call, element } = scene;
    const [noun] = element.children;
    const connectNoun = noun && Object.hasOwn(nouns, noun.name) ? nouns[noun.name] : undefined;
    if (noun && connectNoun) return connectNoun(scene, noun);
    call.answer();
    const message = `The simulator does not play <Connect> with <${noun?.name ?? 'nothing'}> yet`;
    return { type: 'failed', code: null, message };
  },
};
