/** The people of a suite, made fit for the simulated phone network. */
import { messageOf } from '../base/errors.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { parsePerson } from '../simulator/person/parse-person.ts';
import type { Converse, Person, PersonMove, SpokenTurn } from '../simulator/person/person.ts';
import { loadReadyPeople } from '../simulator/person/ready-people.ts';
import { toMatcher } from './match-words.ts';
import { playPersona } from './persona.ts';
import type { SuitePerson } from './suite-schema.ts';

export interface PlayedPerson {
  person: Person;
  /** Why the person could not go on, if so. */
  trouble(): string | null;
}

const usualAnswerMs = 1000;

/** @param model plays those who have a persona; null where there is none, which `whyNotPlayed` tells before */
export function toPerson(name: string, wanted: SuitePerson, model: LanguageModel | null): PlayedPerson {
  if (wanted.ready !== undefined) return untroubled(readyPerson(wanted.ready));
  if (wanted.script !== undefined) return untroubled(parsePerson(name, wanted.script));
  let trouble: string | null = null;
  const next = nextMove(wanted, model);
  const converses: Converse = {
    opens: wanted.opens_with !== undefined,
    async decide(said, signal) {
      if (said.length === 0 && wanted.opens_with !== undefined) return { say: wanted.opens_with };
      try {
        return await next(said, signal);
      } catch (error) {
        trouble = messageOf(error);
        return { hangUp: true };
      }
    },
  };
  const person: Person = {
    ...{ name, description: '', pickup: { type: 'answers', afterMs: wanted.answers_after_ms ?? usualAnswerMs } },
    ...{ steps: [], patienceMs: wanted.patience_ms, converses },
  };
  return { person, trouble: () => trouble };
}

const untroubled = (person: Person): PlayedPerson => ({ person, trouble: () => null });

function readyPerson(name: string): Person {
  const found = loadReadyPeople().find(({ person }) => person.name === name);
  if (!found) throw new RangeError(`nobody is called ${name}`);
  return found.person;
}

type NextMove = (said: readonly SpokenTurn[], signal: AbortSignal) => PersonMove | Promise<PersonMove>;

function nextMove(wanted: SuitePerson, model: LanguageModel | null): NextMove {
  const { persona } = wanted;
  if (persona === undefined) return answering(wanted);
  return (said, signal) => {
    if (model === null) throw new RangeError('there is no language model to play the person');
    return playPersona(model, persona, { said, signal });
  };
}

/** The first answer that fits what was just heard and has not been given too often. */
export function answering({ answers = [], otherwise }: Pick<SuitePerson, 'answers' | 'otherwise'>): NextMove {
  const left = answers.map((answer) => ({ answer, matches: toMatcher(answer.when), times: answer.times }));
  return (said) => {
    const heard = said.at(-1)?.text ?? '';
    const found = left.find(({ times, matches }) => times > 0 && matches(heard));
    if (found) found.times -= 1;
    return toPersonMove(found?.answer ?? otherwise);
  };
}

const toPersonMove = (move: SuitePerson['otherwise']): PersonMove => ({
  ...(move?.say === undefined ? {} : { say: move.say }),
  ...(move?.press === undefined ? {} : { press: move.press }),
  hangUp: move?.hang_up === true,
});
