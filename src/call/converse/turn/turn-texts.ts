/** The assistant's own words, for moments in which no model is asked, in the languages that have them. */
import { primaryOf } from './spoken-language.ts';
import type { TurnPolicy } from './turn-policy.ts';

export type TurnTexts = Pick<
  TurnPolicy,
  'nudges' | 'goodbyeAfterSilence' | 'filler' | 'lostThread' | 'apology' | 'goodbye' | 'connecting' | 'outOfTime'
>;

const texts: Readonly<Record<string, TurnTexts>> = {
  de: {
    nudges: ['Sind Sie noch da?', 'Hallo? Können Sie mich hören?'],
    goodbyeAfterSilence: 'Ich kann Sie nicht hören und lege jetzt auf. Auf Wiederhören.',
    filler: 'Einen Moment, bitte. ',
    lostThread: 'Entschuldigung, ich habe den Faden verloren. Können Sie das noch einmal sagen?',
    apology: 'Es tut mir leid, ich habe ein technisches Problem und muss das Gespräch beenden. Auf Wiederhören.',
    goodbye: 'Auf Wiederhören.',
    connecting: 'Einen Moment, bitte. Ich verbinde Sie.',
    outOfTime: 'Unsere Zeit für dieses Gespräch ist um, daher muss ich jetzt auflegen. Auf Wiederhören.',
  },
  es: {
    nudges: ['¿Sigue ahí?', '¿Hola? ¿Me oye?'],
    goodbyeAfterSilence: 'No le oigo, así que voy a colgar. Adiós.',
    filler: 'Un momento, por favor. ',
    lostThread: 'Perdone, he perdido el hilo. ¿Puede repetirlo?',
    apology: 'Lo siento, tengo un problema técnico y debo terminar la llamada. Adiós.',
    goodbye: 'Adiós.',
    connecting: 'Un momento, por favor. Le paso la llamada.',
    outOfTime: 'Se nos ha acabado el tiempo de esta llamada, así que tengo que colgar. Adiós.',
  },
  fr: {
    nudges: ['Vous êtes toujours là ?', 'Allô ? Vous m’entendez ?'],
    goodbyeAfterSilence: 'Je ne vous entends pas, je vais donc raccrocher. Au revoir.',
    filler: 'Un instant, s’il vous plaît. ',
    lostThread: 'Excusez-moi, j’ai perdu le fil. Pouvez-vous répéter ?',
    apology: 'Je suis désolé, j’ai un problème technique et je dois mettre fin à cet appel. Au revoir.',
    goodbye: 'Au revoir.',
    connecting: 'Un instant, s’il vous plaît. Je vous mets en relation.',
    outOfTime: 'Le temps prévu pour cet appel est écoulé, je dois donc raccrocher. Au revoir.',
  },
};

/** The policy with its texts in this language, or as they are where there are none in it. */
export const inLanguage = <P extends Partial<TurnTexts>>(policy: P, tag: string): P => ({
  ...policy,
  ...texts[primaryOf(tag)],
});
