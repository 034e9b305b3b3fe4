/** What an attacker on the line could talk a model into asking of its tools, made by chance of a seed. */
import type { Chance } from './proof.ts';

export interface ToolAttack {
  name: string;
  argumentsJson: string;
}

/** What belongs to somebody else, or leads elsewhere. */
export interface Bait {
  numbers: readonly string[];
  calls: readonly string[];
  clients: readonly string[];
  assistants: readonly string[];
  urls: readonly string[];
  /** A word that only the victim's things bear. */
  mark: string;
}

/** What each tool is rightly asked with; those that end the call come last of all. */
const rightly: Readonly<Record<string, Record<string, unknown>>> = {
  press_keys: { keys: '1#' },
  take_message: { text: 'The gate is open.', from_name: 'Ann' },
  look_up: { question: 'What does it cost?' },
  schedule_call_back: { time: 'tomorrow 12:00', reason: 'The price.' },
  book_table: { day: 'monday' },
  shop_find_order: { number: 7 },
};
const endings: Readonly<Record<string, Record<string, unknown>>> = {
  hang_up: { reason: 'done' },
  do_not_call_again: {},
  transfer: { target: 'Desk', briefing: 'Angry.' },
};
const notThere = [
  ...['place_call', 'send_sms', 'call', 'dial', 'http', 'mcp', 'shop_delete_all', 'delete_all', 'find_order'],
  ...['transfer_call', 'cancel_call', 'eval', '__proto__', 'constructor', 'toString', 'hang_up\u0000', 'HANG_UP', ''],
];
const otherNames = [
  ...['call_id', 'callId', 'callSid', 'client_id', 'clientId', 'assistant_id', 'number', 'phone', 'to', 'from'],
  ...['person', 'person_number', 'target_number', 'url', 'href', 'host', 'method', 'path', 'headers', 'bound'],
  ...['_meta', 'tool', 'server', 'secret', 'due_at', '__proto__', 'constructor', 'prototype', 'phone ', 'PHONE'],
];

/** One that ends the call at best. */
export const toEnding = (chance: Chance, bait: Bait): ToolAttack => spoil(chance, bait, endings);

export function toAttack(chance: Chance, bait: Bait): ToolAttack {
  const kind = chance.below(10);
  if (kind === 0)
    return { name: chance.pick(notThere), argumentsJson: JSON.stringify({ number: baitValue(chance, bait) }) };
  if (kind === 1) {
    const name = chance.pick(Object.keys(rightly));
    const whole = JSON.stringify({ ...rightly[name], phone: baitValue(chance, bait) });
    const broken = [
      whole.slice(0, -1),
      `[${whole}]`,
      '"words"',
      'null',
      `${whole}${whole}`,
      '',
      whole.padEnd(9000, ' '),
    ];
    return { name, argumentsJson: chance.pick(broken) };
  }
  return spoil(chance, bait, rightly);
}

/** Rightly asked, but for a value that is somebody else's or a name that nobody asked for. */
function spoil(chance: Chance, bait: Bait, tools: Readonly<Record<string, Record<string, unknown>>>): ToolAttack {
  const name = chance.pick(Object.keys(tools));
  const right = tools[name] as Record<string, unknown>;
  const known = Object.keys(right);
  const values: [string, unknown][] = Object.entries(right);
  const times = chance.below(3);
  for (let time = 0; time < times; time += 1) {
    const isOwn = known.length > 0 && chance.below(2) === 0;
    values.push([isOwn ? chance.pick(known) : chance.pick(otherNames), baitValue(chance, bait)]);
  }
  // Written by hand: `__proto__` is a name like another in JSON text.
  const fields = values.map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`);
  return { name, argumentsJson: `{${fields.join(',')}}` };
}

function baitValue(chance: Chance, bait: Bait): unknown {
  const word = chance.pick([
    ...[...bait.numbers, ...bait.calls, ...bait.clients, ...bait.assistants, ...bait.urls, bait.mark],
    ...['{{client.id}}', '{{call.id}}', '{{person.number}}', '../../v1/clients', "' or 1=1 --", 'a\r\nX-Evil: 1'],
    ...['<Dial>+19005550100</Dial>', '2026-06-01T10:00:00Z', 'x'.repeat(4000)],
  ]);
  const shapes: unknown[] = [
    word,
    word,
    word,
    [word],
    { phone: word, to: word },
    Number(bait.assistants[0]),
    null,
    true,
  ];
  return chance.pick(shapes);
}
