/** Who is speaking: the opening, and honest answers about what the person is talking to. */
import { addressOf, knownValue } from '../call-facts.ts';
import { questions } from '../phrases.ts';
import { closingQuestion } from '../purpose.ts';
import { type CallContext, heard, type Rule, type ScriptedReply } from '../turn.ts';

export function openConversation(context: CallContext): ScriptedReply {
  const address = addressOf(context.facts);
  const hello = address ? `Hello ${address}` : 'Hello';
  const { purpose } = context;
  if (!purpose) return { text: `${hello}, this is ${speaker(context, 'an')}. ${questions.howToHelp}` };
  return { text: `${hello}, this is ${speaker(context, 'the')} ${purpose.calling}. ${questions.goodTime}` };
}

function speaker({ facts }: CallContext, article: 'an' | 'the'): string {
  const company = knownValue(facts, 'companyName', 'company', 'businessName', 'organization', 'clinicName');
  return company ? `the automated assistant of ${company}` : `${article} automated assistant`;
}

export const identityRules: readonly Rule[] = [
  {
    hears: heard(
      /\b(?:robot|bot|machine|computer|recording|recorded|automated|artificial|real person|human being|chat ?gpt)\b/u,
      /\b(?:an? ai|is this ai|are you ai|are you (?:a )?(?:human|real|person))\b/u,
    ),
    answer: (turn) => ({ text: `Yes, I am an automated assistant, not a person. ${closingQuestion(turn.purpose)}` }),
  },
  {
    hears: heard(
      /\b(?:talk|speak|connect|transfer|put|get)\b.{0,25}\b(?:human|person|someone|somebody|agent|representative|operator|manager|supervisor)\b/u,
      /^(?:a )?(?:human|person|agent|representative|operator)(?: please)?$/u,
    ),
    answer: () => ({
      text: `I'm sorry, I can't transfer you from here. It will be in the call's record that you asked for a person. ${questions.anythingElse}`,
    }),
  },
  {
    hears: heard(
      /\bwho(?:'s| is| are|'re)? (?:this|you|calling|speaking|that|there|am i)\b|\bwho is it\b|\bwhat company\b|\bwhich company\b/u,
      /\bwhere are you calling from\b|\bwho do you work for\b|\bwhat(?:'s| is) your name\b/u,
    ),
    answer: (turn) => {
      const calling = turn.purpose ? ` ${turn.purpose.calling}` : '';
      return { text: `I'm ${speaker(turn, 'an')}${calling}. ${closingQuestion(turn.purpose)}` };
    },
  },
  {
    hears: heard(/\bhow (?:did|do) you (?:get|have|know)\b.{0,20}\b(?:number|name|me)\b/u),
    answer: () => ({
      text: `I was given your number for this call; I don't know more than that. ${questions.anythingElse}`,
    }),
  },
  {
    hears: heard(/\bhow are you\b|\bhow's it going\b|\bhow do you do\b/u),
    answer: (turn) =>
      turn.heard === '' ? openConversation(turn) : { text: `All is well, thank you. ${closingQuestion(turn.purpose)}` },
  },
];
