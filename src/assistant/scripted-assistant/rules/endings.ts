/** What ends the call: do not call again, wrong number, goodbye. These come before anything else. */
import { addressOf } from '../call-facts.ts';
import { questions } from '../phrases.ts';
import { heard, type Rule, type ScriptedReply, type Turn } from '../turn.ts';

const wantsNoCalls = [
  /\b(?:do not|don't|dont|never) (?:you )?(?:ever |please )?(?:call|phone|ring|contact|bother)(?:ing)?\b/u,
  /\b(?:stop|quit|cease) (?:\w+ ){0,2}(?:call|phon|ring|contact|bother|harass)(?:ing|s)\b/u,
  /\bstop (?:these|the|your|all|all the) calls\b|\bno more (?:\w+ )?calls\b/u,
  /\b(?:do not|don't|dont) (?:want|wish|like) (?:\w+ ){0,3}(?:calls|called|calling me|to call me|to hear from you)\b/u,
  /\b(?:take|remove|delete|get) (?:me|my (?:\w+ )?number|us|this number) (?:off|from)\b/u,
  /\bdo not call list\b|\bunsubscribe\b|\bopt(?:ing)? (?:me )?out\b|\blose (?:my|this) number\b|\bleave me alone\b/u,
];
const onlyNotNow = /\b(?:later|tomorrow|tonight|another time|right now|this late|at work)\b/u;
const ever = /\b(?:again|any ?more|ever|never|stop)\b/u;

export function goodbye(turn: Turn, reason = 'goodbye'): ScriptedReply {
  const address = addressOf(turn.facts);
  return { text: `Thank you for your time${address ? `, ${address}` : ''}. Goodbye.`, hangUp: reason };
}

function stopCalling(turn: Turn): ScriptedReply {
  const hangUp = 'do not call again';
  if (turn.tools.has('do_not_call_again')) {
    return { text: "I'm sorry for the trouble. You will not be called again. Goodbye.", stopCalls: true, hangUp };
  }
  return { text: "I'm sorry for the trouble. Your wish will be in the call's record. Goodbye.", hangUp };
}

export const endingRules: readonly Rule[] = [
  {
    hears: (turn) => heard(...wantsNoCalls)(turn) && (!onlyNotNow.test(turn.said) || ever.test(turn.said)),
    answer: stopCalling,
  },
  {
    hears: (turn) => turn.asked === 'neverAgain' && /^(?:yes|yeah|yep|please|sure|of course|i do)\b/u.test(turn.said),
    answer: stopCalling,
  },
  {
    hears: (turn) => turn.asked === 'neverAgain',
    answer: (turn) => goodbye(turn),
  },
  {
    hears: heard(/^(?:please )?(?:stop|enough|shut up|be quiet)(?: it| that| please| stop)*$/u, /\bnot interested\b/u),
    answer: () => ({ text: `All right. ${questions.neverAgain}` }),
  },
  {
    hears: heard(
      /\b(?:wrong|incorrect) (?:number|person)\b|\b(?:no one|nobody) (?:here )?(?:by|with|called|named)\b/u,
      /\b(?:not (?:here|home|in|available)|isn't (?:here|home|in|available)|passed away|moved away|doesn't live here)\b/u,
    ),
    answer: () => ({
      text: "I'm sorry to have disturbed you. That will be in the call's record. Goodbye.",
      hangUp: 'wrong person',
    }),
  },
  {
    hears: heard(
      /\b(?:good ?bye|bye|see you|talk to you later|have a (?:good|nice) (?:day|one|evening))\b/u,
      /\bhang up\b/u,
    ),
    answer: (turn) => goodbye(turn),
  },
];
