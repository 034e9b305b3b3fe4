/** The people that come with the phone network, read from people/*.person, each at a number of their own. */
import { readdirSync, readFileSync } from 'node:fs';
import { parsePerson } from './parse-person.ts';
import type { Person } from './person.ts';

const folder = new URL('../people/', import.meta.url);

/** Numbers from the range that is reserved for fiction. */
const numbers: Record<string, string> = {
  'sarah-johnson': '+14155550101',
  'patient-questions': '+14155550102',
  busy: '+14155550103',
  'no-answer': '+14155550104',
  declines: '+14155550105',
  unreachable: '+14155550106',
  voicemail: '+14155550107',
  silent: '+14155550108',
  nonsense: '+14155550109',
  'asks-not-to-be-called': '+14155550110',
  'hangs-up-early': '+14155550111',
  'presses-keys': '+14155550112',
  'says-uh-huh': '+14155550113',
  coughs: '+14155550114',
  'speaks-slowly': '+14155550115',
  'iphone-screener': '+14155550116',
  'pixel-screener': '+14155550117',
  'phone-menu': '+14155550118',
  fax: '+14155550119',
};

export interface ReadyPerson {
  number: string;
  person: Person;
}

/** Sorted by number. */
export function loadReadyPeople(): ReadyPerson[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.person'));
  return files
    .map((file) => {
      const name = file.slice(0, -'.person'.length);
      const number = numbers[name];
      if (number === undefined) throw new Error(`the person ${name} has no number`);
      return { number, person: parsePerson(name, readFileSync(new URL(file, folder), 'utf8')) };
    })
    .sort((one, other) => one.number.localeCompare(other.number));
}
