/** The scripted assistant's mind: the first rule that hears something it knows answers. */
import type { ChatMessage } from '../../ports/language-model.ts';
import { questions } from './phrases.ts';
import { afterTool } from './rules/after-tool.ts';
import { answerRules } from './rules/answers.ts';
import { endingRules } from './rules/endings.ts';
import { identityRules, openConversation } from './rules/identity.ts';
import { questionRules } from './rules/questions.ts';
import { doNotUnderstand, repairRules } from './rules/repairs.ts';
import { type CallContext, type Rule, readTurn, type ScriptedReply, type Turn } from './turn.ts';

const rules: readonly Rule[] = [...endingRules, ...repairRules, ...identityRules, ...questionRules, ...answerRules];

/** How many of our own replies to think again in order to know what was meant by an interrupted one. */
const maxRecall = 4;

/** `history` is the conversation without system messages; nothing else is remembered from turn to turn. */
export function decide(context: CallContext, history: readonly ChatMessage[]): ScriptedReply {
  return decideRecalling(context, history, maxRecall);
}

function decideRecalling(context: CallContext, history: readonly ChatMessage[], recall: number): ScriptedReply {
  const last = history.at(-1);
  if (!last) return openConversation(context);
  if (last.role === 'tool') return afterTool(context, history);
  const lastReply = history.findLastIndex(({ role }) => role === 'assistant');
  const before = history.slice(0, Math.max(lastReply, 0));
  const intended = lastReply >= 0 && recall > 0 ? decideRecalling(context, before, recall - 1).text : null;
  const turn = readTurn(context, history, intended);
  const rule = rules.find(({ hears }) => hears(turn));
  return askOnce(turn, rule ? rule.answer(turn) : doNotUnderstand(turn));
}

/** A person who keeps asking need not be asked each time whether there is anything else. */
function askOnce({ asked }: Turn, reply: ScriptedReply): ScriptedReply {
  const text = reply.text.endsWith(questions.anythingElse)
    ? reply.text.slice(0, -questions.anythingElse.length).trim()
    : reply.text;
  return asked === 'anythingElse' && text !== '' ? { ...reply, text } : reply;
}
