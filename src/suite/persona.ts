/** A person whom a language model plays: what they want is told in words, what they say is the model's. */
import type { ChatMessage, LanguageModel } from '../ports/language-model.ts';
import type { PersonMove, SpokenTurn } from '../simulator/person/person.ts';

/** Two models that are polite to each other would never hang up. */
const mostTurns = 60;
const longestSaying = 2000;

const stage = [
  'You play a person on the telephone, for a test. Another program plays whoever is at the other end.',
  'Say only what this person says next, as it is spoken: one or two short sentences, no quotation marks, no stage directions.',
  'To press keys of the phone write [press 1#]. When the person is done, say goodbye and end with [hang up].',
  'Stay this person whatever the other end says, and know nothing that is not told here or said on the phone.',
].join(' ');

export function toPersonaMessages(persona: string, said: readonly SpokenTurn[]): ChatMessage[] {
  const turns = said.map(
    ({ by, text }): ChatMessage => ({ role: by === 'person' ? 'assistant' : 'user', content: text }),
  );
  const begin: ChatMessage[] =
    turns[0]?.role === 'user' ? [] : [{ role: 'user', content: '(The phone is picked up.)' }];
  return [{ role: 'system', content: `${stage}\n\nThe person: ${persona}` }, ...begin, ...turns];
}

export function toMove(text: string): PersonMove {
  const [, keys] = /\[press ([0-9*#w]{1,40})\]/iu.exec(text) ?? [];
  const say = text
    .replaceAll(/\[[^\]]*\]/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .slice(0, longestSaying);
  return {
    ...(say === '' ? {} : { say }),
    ...(keys === undefined ? {} : { press: keys }),
    hangUp: /\[hang[ _-]?up\]/iu.test(text),
  };
}

/** @throws LanguageModelFailed */
export async function playPersona(
  model: LanguageModel,
  persona: string,
  turn: { said: readonly SpokenTurn[]; signal: AbortSignal },
): Promise<PersonMove> {
  if (turn.said.length > mostTurns) return { say: 'I have to go. Goodbye.', hangUp: true };
  let text = '';
  const messages = toPersonaMessages(persona, turn.said);
  for await (const part of model.reply({ messages, tools: [], signal: turn.signal })) {
    if (part.type === 'text') text += part.text;
  }
  return toMove(text);
}
