/** What is said to a mailbox and to a call screener where the assistant's author wrote nothing for it. */
import { renderTemplate } from '../../../text/template.ts';

interface OwnWords {
  message(name: string): string;
  introduction(name: string): string;
}

const words: Readonly<Record<string, OwnWords>> = {
  en: {
    message: (name) =>
      `Hello, this is ${name}, an automated assistant. We tried to reach you and will try again later. Goodbye.`,
    introduction: (name) => `This is ${name}, an automated assistant. I am calling with a message for you.`,
  },
  de: {
    message: (name) =>
      `Guten Tag, hier ist ${name}, ein automatischer Assistent. Wir wollten Sie erreichen und versuchen es später noch einmal. Auf Wiederhören.`,
    introduction: (name) => `Hier ist ${name}, ein automatischer Assistent. Ich habe eine Nachricht für Sie.`,
  },
  es: {
    message: (name) =>
      `Hola, le habla ${name}, un asistente automático. Queríamos hablar con usted y lo intentaremos más tarde. Adiós.`,
    introduction: (name) => `Le habla ${name}, un asistente automático. Tengo un mensaje para usted.`,
  },
  fr: {
    message: (name) =>
      `Bonjour, ici ${name}, un assistant automatique. Nous souhaitions vous joindre et réessaierons plus tard. Au revoir.`,
    introduction: (name) => `Ici ${name}, un assistant automatique. J’ai un message pour vous.`,
  },
};

export interface WordsWanted {
  /** The author's template; null: the usual words. */
  template: string | null;
  /** Of the assistant. */
  name: string;
  language: string;
  values: Readonly<Record<string, unknown>>;
}

/** Names that nobody gave are left out: what is said is never `{{name}}`. */
export function wordsFor(what: keyof OwnWords, { template, name, language, values }: WordsWanted): string {
  const usual = (words[language.split('-')[0] ?? ''] ?? (words.en as OwnWords))[what](name);
  if (template === null || template.trim() === '') return usual;
  try {
    const { text } = renderTemplate(template, values);
    return (
      text
        .replaceAll(/\{\{[^{}]*\}\}/g, '')
        .replaceAll(/\s{2,}/g, ' ')
        .trim() || usual
    );
  } catch {
    // Values that are too long for a template were refused when the call was asked for.
    return usual;
  }
}
