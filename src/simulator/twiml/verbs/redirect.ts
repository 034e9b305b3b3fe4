/** <Redirect>: goes on with another document. */
import { toSource, type Verb } from '../verb.ts';

export const redirect: Verb = {
  name: 'Redirect',
  attributes: ['method'],
  answers: true,
  run(scene) {
    const { text, attributes } = scene.element;
    const source = toSource(scene, { url: text, method: attributes.method, kind: 'voice' });
    return source.type === 'failed' ? source : { type: 'go', source };
  },
};
