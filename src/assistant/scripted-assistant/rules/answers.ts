/** What people say to a question of ours, or instead of an answer. */

import { findClockTime } from '../clock-time.ts';
import { misunderstandings, questions, startPrefix } from '../phrases.ts';
import { closingQuestion } from '../purpose.ts';
import { heard, type Rule, type ScriptedReply, type Turn } from '../turn.ts';
import { goodbye } from './endings.ts';
import { openConversation } from './identity.ts';
import { unknownQuestionRule } from './questions.ts';

const yes =
  /^(?:well |oh |um |uh |ok |okay )?(?:yes|yeah|yep|yup|sure|ok|okay|alright|all right|of course|certainly|absolutely|correct|right|exactly|definitely|fine|good|great|perfect|go ahead|please do|i will|i can|i do|it is|it has|speaking|this is (?:she|he|her|him)|sounds good|no problem|i'll be there)\b/u;
const no =
  /^(?:well |oh |um |uh |actually )?(?:no|nope|nah|not really|not now|not yet|i can't|i cannot|i won't|i don't (?:think|have|need|want)|never|nothing|that's all|that is all|it isn't|it's not|it is not|that's it|i'm good|i'm fine|all good)\b/u;

function noted(text: string): ScriptedReply {
  return { text: `${text} ${questions.anythingElse}` };
}

function sayYes(turn: Turn): ScriptedReply {
  switch (turn.asked) {
    case 'goodTime':
      return {
        text: `${startPrefix}${turn.purpose?.details ?? ''} ${closingQuestion(turn.purpose)}`.replace(/ {2,}/gu, ' '),
      };
    case 'coming':
      return noted("Good. It will be in the call's record that you are coming.");
    case 'settled':
      return noted("I'm glad to hear that. It will be in the call's record.");
    case 'yours':
      return noted("Thank you. It will be in the call's record.");
    case 'end':
      return goodbye(turn);
    case 'anythingElse':
    case 'howToHelp':
      return { text: 'Please go ahead. What would you like to know?' };
    default:
      return { text: `All right. ${turn.purpose?.details ?? ''} ${questions.anythingElse}`.replace(/ {2,}/gu, ' ') };
  }
}

function sayNo(turn: Turn): ScriptedReply {
  switch (turn.asked) {
    case 'goodTime':
      return notNow(turn);
    case 'coming':
      return noted("I understand. I can't change it myself, but it will be in the call's record.");
    case 'settled':
      return noted("I'm sorry to hear that. It will be in the call's record.");
    case 'yours':
      return noted("I see. It will be in the call's record that it is not your account.");
    case 'end':
      return { text: 'All right. What would you like to know?' };
    default:
      return goodbye(turn);
  }
}

function notNow(_turn: Turn): ScriptedReply {
  const text = "No problem. It will be in the call's record that this was not a good time. Goodbye.";
  return { text, hangUp: 'not a good time' };
}

/** One who wants no call back after all, or names no time when asked for it, is let go. */
function callBack(turn: Turn): ScriptedReply {
  const callBackAt = findClockTime(turn.said, turn.nowMs);
  if (callBackAt !== null) return { text: '', callBackAt };
  return turn.asked === 'callBackAt' ? notNow(turn) : { text: questions.callBackAt };
}

export const answerRules: readonly Rule[] = [
  {
    hears: heard(
      /\balready (?:paid|did|done|sent|taken|took|settled|made|transferred)\b|\bi(?:'ve| have)? paid\b|\bpaid (?:it|that|this|last|yesterday)\b/u,
    ),
    answer: () => noted("Thank you for telling me. I can't check that myself, but it will be in the call's record."),
  },
  {
    hears: heard(
      /\bi(?:'ll| will|'m going to| am going to) (?:\w+ )?(?:pay|do (?:it|that|so)|take care of|send|transfer|settle|see to)\b/u,
    ),
    answer: () => noted("Thank you. It will be in the call's record."),
  },
  {
    hears: heard(
      /\b(?:call|phone|ring|try)(?: me| us)? (?:\w+ )?(?:later|back|tomorrow|another time|next week|tonight|again later)\b/u,
      /\b(?:call|phone|ring|try) (?:me|us) (?:at|around|about|after|in) (?!work\b)/u,
      /\b(?:i'm|im|i am) (?:\w+ )?(?:busy|driving|at work|in a meeting)\b|\b(?:bad|not a good|wrong) time\b|\b(?:can't|cannot) talk\b|\bcall at\b/u,
    ),
    answer: (turn) => (turn.tools.has('schedule_call_back') ? callBack(turn) : notNow(turn)),
  },
  { hears: (turn) => turn.asked === 'callBackAt', answer: callBack },
  {
    hears: heard(
      /\b(?:cancel|reschedule|postpone|move (?:it|the|my)|change (?:it|the|my)|dispute|can't (?:pay|afford|make it|come)|cannot (?:pay|afford|make it|come)|don't owe|not my)\b/u,
    ),
    answer: () => noted("I understand. I can't change anything myself, but it will be in the call's record."),
  },
  {
    hears: heard(/^(?:ok |okay |no |great |alright )?(?:many )?(?:thanks|thank you|cheers)\b/u),
    answer: (turn) =>
      /^no\b/u.test(turn.said) || turn.asked === 'anythingElse'
        ? goodbye(turn)
        : { text: `You're welcome. ${questions.anythingElse}` },
  },
  { hears: (turn) => turn.heard !== '' && no.test(turn.said), answer: sayNo },
  { hears: (turn) => turn.heard !== '' && yes.test(turn.said), answer: sayYes },
  {
    hears: heard(/^(?:hello|hi|hey|good (?:morning|afternoon|evening)|are you (?:still )?there|anybody there)\b/u),
    answer: (turn) => {
      if (turn.heard === '') return openConversation(turn);
      // Two people who greet each other at once: what was drowned is said again.
      if (turn.cut) return { text: turn.intended };
      return {
        text: `Hello, I can hear you. ${turn.asked === 'goodTime' ? questions.goodTime : closingQuestion(turn.purpose)}`,
      };
    },
  },
  {
    hears: (turn) => turn.misses < misunderstandings.length && unknownQuestionRule.hears(turn),
    answer: unknownQuestionRule.answer,
  },
];
