/** What we listen for in a person's language to know whether they go on; nothing in a language we have no words of. */

export interface SpokenLanguage {
  /** What people say to show that they listen; `okay` is one in every language. */
  assents: ReadonlySet<string>;
  /** The same in several words. */
  longerAssents: RegExp;
  /** Ends in words after which more is sure to come. */
  announcesMore: RegExp;
  /** Ends in a number that is being read out, which is the first group. */
  endsInNumber: RegExp;
}

interface Words {
  assents: string;
  /** Alternatives; of `announces` and `numbers` each word is a regular expression. */
  longerAssents: string;
  announces: string;
  numbers: string;
}

const sounds = 'okay ok mm mmm mhm hm hmm uh huh ah aha oh';

const english: Words = {
  assents: 'yeah yes yep yup right sure good great alright fine',
  longerAssents: 'i see|got it|go on',
  announces: "and but or so because um+ uh+ er+ hmm+ the a an to of with my is it's i if for at on",
  numbers:
    'zero oh one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred double triple',
};

const german: Words = {
  assents: 'ja jaja jo genau gut klar richtig stimmt gerne super verstehe ach so',
  longerAssents: 'alles klar|in ordnung|ach so|sehr gut',
  announces:
    'und aber oder weil also dass wenn äh+ ähm+ hm+ der die den dem ein eine einen mein meine mit für von zu um',
  numbers:
    'null eins zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig drei(?:ß|ss)ig \\p{L}+zig hundert doppel',
};

const spanish: Words = {
  assents: 'sí si ajá aja vale claro bueno bien ya exacto correcto perfecto cierto eso entiendo',
  longerAssents: 'de acuerdo|muy bien|está bien|por supuesto',
  announces: 'y e o u pero porque que si eh+ em+ este el la los las un una de del con para por mi en a',
  numbers:
    'cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte veinti\\p{L}+ dieci\\p{L}+ treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doble',
};

const french: Words = {
  assents: "oui ouais d'accord bien bon voilà exact exactement parfait entendu",
  longerAssents: "très bien|c'est ça|je vois|bien sûr|ça marche",
  announces: 'et mais ou donc parce que car si euh+ hum+ le la les un une des de du avec pour mon ma mes à en',
  numbers:
    'zéro un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante cent double',
};

const none: Words = { assents: '', longerAssents: '', announces: '', numbers: '' };

const anyOf = (words: string) => words.split(' ').join('|');
/** Matches nothing. */
const never = /(?!)/g;

function compile({ assents, longerAssents, announces, numbers }: Words): SpokenLanguage {
  const number = `(?:\\d[\\d-]*${numbers === '' ? '' : `|${anyOf(numbers)}`})`;
  return {
    assents: new Set(`${sounds} ${assents}`.trim().split(' ')),
    longerAssents:
      longerAssents === '' ? never : new RegExp(`(?<![\\p{L}\\p{N}'])(?:${longerAssents})(?![\\p{L}\\p{N}'])`, 'gu'),
    announcesMore: announces === '' ? never : new RegExp(`(?:^|[\\s,])(?:${anyOf(announces)})[\\s,.…]*$`, 'iu'),
    endsInNumber: new RegExp(`(?:^|[^\\p{L}\\p{N}])(${number}(?:[\\s,.-]+${number})+)[\\s,.]*$`, 'iu'),
  };
}

const languages: Readonly<Record<string, SpokenLanguage>> = {
  en: compile(english),
  de: compile(german),
  es: compile(spanish),
  fr: compile(french),
};
const unknown = compile(none);

/** @param tag BCP 47, for example `en-US` */
export const spokenLanguageOf = (tag: string): SpokenLanguage => languages[primaryOf(tag)] ?? unknown;

/** The language itself, without where it is spoken. */
export const primaryOf = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? '';
