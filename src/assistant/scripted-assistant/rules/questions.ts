/** Questions about the call's subject, answered from its parameters; what is not there is not known. */
import { type CallFacts, type Fact, factOf, knownValue } from '../call-facts.ts';
import { questions } from '../phrases.ts';
import { appointmentTime, isPast, onDay } from '../purpose.ts';
import { heard, type Rule, type ScriptedReply, type Turn } from '../turn.ts';

const unknown: ScriptedReply = { text: `I'm sorry, I don't have that information. ${questions.anythingElse}` };

const asksSomething =
  /\?|(?:^|\b(?:and|but|so|ok|okay|yes|no|well|wait|sorry) )(?:what|which|who|whose|when|where|why|how|do|does|did|is|are|can|could|will|would|should|may|tell|give)\b/u;

function isQuestion(turn: Turn): boolean {
  return asksSomething.test(turn.said);
}

function tell(sentence: string | null): ScriptedReply {
  return sentence === null ? unknown : { text: `${sentence} ${questions.anythingElse}` };
}

function tellWhen({ facts, nowMs, said }: Turn): ScriptedReply {
  const appointment = appointmentTime(facts);
  if (appointment) return tell(`It's ${appointment}.`);
  const due = factOf(facts, 'dueDate', 'deadline');
  if (due) return tell(`It ${isPast(due, nowMs) ? 'was' : 'is'} due ${onDay(due)}.`);
  if (/\bdue\b/u.test(said)) return unknown;
  const isTime = ({ date, name }: Fact) =>
    !name.startsWith('last ') && (date !== null || /\b(?:date|time|day)\b/u.test(name));
  const other = [...facts.values()].find(isTime);
  return tell(other ? `The ${other.name} is ${other.value}.` : null);
}

/** Words that may stand for a part of a parameter's name. */
const synonyms: Record<string, readonly string[]> = {
  id: ['number', 'id', 'code', 'identifier', 'reference'],
  number: ['number', 'id', 'code'],
  name: ['name', 'who', "who's", 'called'],
  date: ['date', 'when', 'day'],
  time: ['time', 'when'],
  type: ['type', 'kind', 'sort', 'what'],
};

/** The parameter whose name has most of its words in the question, at least one of them not a synonym of many. */
function findAskedFact(turn: Turn): Fact | null {
  const words = new Set(
    turn.said
      .replaceAll('?', ' ')
      .split(/\s+/u)
      .map((word) => word.replace(/'s$/u, '')),
  );
  let best: { fact: Fact; score: number } | null = null;
  for (const fact of turn.facts.values()) {
    const parts = fact.name.toLowerCase().split(' ');
    const alike = (part: string) => (parts.length > 1 && synonyms[part]) || [part, `${part}s`];
    const found = parts.filter((part) => alike(part).some((word) => words.has(word)));
    const telling = parts.length === 1 || found.some((part) => !(part in synonyms));
    const score = found.length / parts.length;
    if (telling && score >= 0.5 && score > (best?.score ?? 0)) best = { fact, score };
  }
  return best?.fact ?? null;
}

function tellAmount(facts: CallFacts): ScriptedReply {
  const amount = knownValue(facts, 'amount', 'amountDue', 'balance', 'total', 'price', 'cost');
  return tell(amount === null ? null : `It's ${amount}.`);
}

export const questionRules: readonly Rule[] = [
  {
    hears: heard(
      /\bwhat(?:'s| is)? ?(?:this|it|the call|that|all this)? ?(?:is )?(?:all )?about\b|\bwhy (?:are |did |do |is )?(?:you|you're|this)\b.{0,20}\bcall/u,
      /\bwhat do you want\b|\breason for (?:this|your|the) call\b|^why\??$|\bregarding what\b|\bwhat can i do for you\b/u,
    ),
    answer: ({ purpose }) =>
      purpose
        ? { text: `I'm ${purpose.calling}. ${questions[purpose.question]}` }
        : { text: "I wasn't given a reason for this call. How can I help you?" },
  },
  {
    hears: heard(/\b(?:can|could|may|do) i pay\b|\bpay (?:now|by|with|over)\b|\b(?:credit|debit) card\b/u),
    answer: () => ({
      text: `I can't take payments on this call, so please don't tell me any card details. ${questions.anythingElse}`,
    }),
  },
  { hears: heard(/\bhow much\b|\bhow many dollars\b/u), answer: ({ facts }) => tellAmount(facts) },
  {
    hears: heard(/\blast (?:contact|call|talk|spoke|speak|time)\b/u),
    answer: ({ facts }) => {
      const last = factOf(facts, 'lastContactDate', 'lastContact');
      return tell(last ? `The last contact was ${onDay(last)}.` : null);
    },
  },
  {
    hears: heard(/^(?:\w+ ){0,3}(?:when|what (?:time|day|date))\b|\bby when\b/u),
    answer: (turn) => {
      const fact = findAskedFact(turn);
      const elsewhere = fact && !/^(?:appointment|due)\b/u.test(fact.name) && fact.date ? fact : null;
      return elsewhere ? tell(`The ${elsewhere.name} is ${elsewhere.value}.`) : tellWhen(turn);
    },
  },
  {
    hears: heard(/\bwh(?:ich|at|at's|at is) (?:\w+ ){0,2}account\b|\baccount number\b/u),
    answer: ({ facts }) => {
      const account = knownValue(facts, 'accountId', 'accountNumber', 'account');
      return tell(account === null ? null : `It's account ${account}.`);
    },
  },
  {
    hears: heard(
      /\b(?:which|who|what|who's|what's)\b.{0,20}\b(?:doctor|physician|dentist)\b|\bwith whom\b|\bwho (?:is it )?with\b/u,
    ),
    answer: ({ facts }) => {
      const doctor = knownValue(facts, 'doctorName', 'doctor', 'providerName');
      return tell(doctor === null ? null : `It's with ${doctor}.`);
    },
  },
  {
    hears: (turn) => isQuestion(turn) && findAskedFact(turn) !== null,
    answer: (turn) => {
      const fact = findAskedFact(turn);
      return tell(fact ? `The ${fact.name} is ${fact.value}.` : null);
    },
  },
];

/** A question that nothing else could answer. */
export const unknownQuestionRule: Rule = {
  hears: (turn) => turn.heard !== '' && isQuestion(turn) && turn.said.split(' ').length >= 3,
  answer: () => unknown,
};
