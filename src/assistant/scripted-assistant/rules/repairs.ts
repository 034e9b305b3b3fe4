/** What keeps a conversation together: repeat, resume, silence, another language, nonsense. */
import {
  misunderstandings,
  onlyEnglish,
  questions,
  repeatPrefix,
  resumePrefix,
  silences,
  startPrefix,
} from '../phrases.ts';
import { heard, type Rule, type ScriptedReply, type Turn } from '../turn.ts';
import { openConversation } from './identity.ts';

const foreignWords =
  /(?:^| )(?:hola|gracias|español|inglés|habla|hablo|qué|quién|buenos|buenas|bonjour|merci|je|oui|français|parlez|guten|danke|ich|nicht|deutsch|sprechen|ciao|grazie|obrigado|não)(?= |$|\?)/gu;
const languages = /\b(?:speak|in|habla|hablas) (?:spanish|french|german|italian|chinese|polish|russian|español)\b/u;

function speaksAnotherLanguage({ said }: Turn): boolean {
  const letters = said.match(/\p{L}/gu)?.length ?? 0;
  const latin = said.match(/\p{Script=Latin}/gu)?.length ?? 0;
  const foreign = said.match(foreignWords)?.length ?? 0;
  const words = said.split(' ').length;
  return letters > latin * 2 || languages.test(said) || (foreign > 0 && foreign * 4 >= words);
}

/** The sentence in which our last reply was cut, and what came after it. */
function restOf({ intended, heard: heardText }: Turn): string {
  const sentences = intended.match(/.+?(?:(?<!\b(?:Dr|Mr|Mrs|Ms|Prof|St))[.?!](?= |$)|$)/gsu) ?? [];
  let place = 0;
  const rest = sentences.filter((sentence) => {
    place += sentence.length;
    return place > heardText.length;
  });
  return rest.join('').trim();
}

function stripPrefix(reply: string): string {
  const prefix = [repeatPrefix, resumePrefix, startPrefix].find((candidate) => reply.startsWith(candidate));
  return prefix ? reply.slice(prefix.length) : reply;
}

function bearSilence(turn: Turn): ScriptedReply {
  const text = silences[turn.misses];
  if (text !== undefined) return { text };
  return { text: "I still can't hear you, so I will end the call. Goodbye.", hangUp: 'silence' };
}

export function doNotUnderstand(turn: Turn): ScriptedReply {
  if (turn.heard === '') return openConversation(turn);
  const text = misunderstandings[turn.misses];
  if (text !== undefined) return { text };
  return { text: "I'm sorry that I couldn't help, so I will end the call. Goodbye.", hangUp: 'not understood' };
}

export const repairRules: readonly Rule[] = [
  {
    hears: ({ said, heard: heardText }) => said === '' && heardText !== '',
    answer: bearSilence,
  },
  {
    hears: speaksAnotherLanguage,
    answer: (turn) =>
      turn.misses < 2 ? { text: onlyEnglish } : { text: `${onlyEnglish} Goodbye.`, hangUp: 'language' },
  },
  {
    hears: (turn) =>
      turn.intended !== '' &&
      heard(
        /^(?:i'm |im )?(?:sorry|what|pardon|excuse me|huh|come again|beg your pardon|repeat|again)(?: me| what| please| i)*\s?\??$/u,
        /\b(?:say|repeat|tell me|read) (?:it|that|this|me|everything)? ?(?:again|once more|please)\b|\bcan you repeat\b|\brepeat (?:that|it|this)\b/u,
        /\b(?:didn't|did not|couldn't|could not|can't|cannot) (?:hear|catch|get|understand)\b|\bwhat did you say\b|\bsay what\b/u,
      )(turn),
    answer: (turn) => ({ text: `${repeatPrefix}${stripPrefix(turn.intended)}` }),
  },
  {
    hears: (turn) =>
      turn.cut &&
      heard(
        /^(?:yes|yeah|yep|ok|okay|uh huh|mm|mhm|mm hm|go on|go ahead|continue|right|sure|i see|um|uh|oh)(?: (?:ok|okay|yes|go on|please|yeah|sorry))*$/u,
      )(turn),
    answer: (turn) => ({ text: `${resumePrefix}${stripPrefix(restOf(turn)) || questions.howToHelp}` }),
  },
];
