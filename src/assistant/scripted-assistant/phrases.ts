/** The sentences by which the scripted assistant later knows what it last asked. */

export const questions = {
  goodTime: 'Is now a good time?',
  coming: 'Will you be able to make it?',
  settled: 'Has it been settled?',
  yours: 'Is that your account?',
  anythingElse: 'Is there anything else?',
  howToHelp: 'How can I help you?',
  end: 'Shall I end the call?',
  callBackAt: 'At what time shall I call you back?',
  neverAgain: 'Should I make sure that you are not called again?',
} as const;

export type Question = keyof typeof questions;

/** Said in this order, one for each time in a row that we did not understand. */
export const misunderstandings = [
  "I'm sorry, I didn't understand that. Could you say it again?",
  "I still didn't get that. Could you put it in other words?",
  `I have trouble understanding you. ${questions.end}`,
] as const;

/** Said in this order, one for each time in a row that we heard nothing. */
export const silences = ['Hello, are you still there?', "I can't hear you. Are you still there?"] as const;

export const onlyEnglish = "I'm sorry, I only speak English.";

export const repeatPrefix = 'Of course. ';
export const resumePrefix = 'As I was saying: ';
export const startPrefix = 'Great. ';

const misses: readonly string[] = [...misunderstandings, ...silences, onlyEnglish];

/** So many characters tell these sentences from all others. */
const tellingLength = 18;

/** Whether this reply, perhaps cut short, told that we did not understand or hear. */
export function isMiss(reply: string): boolean {
  return reply.length >= tellingLength && misses.some((miss) => reply.startsWith(miss.slice(0, tellingLength)));
}

export function askedIn(reply: string): Question | null {
  const found = Object.entries(questions).find(([, question]) => reply.endsWith(question));
  return found ? (found[0] as Question) : null;
}
