/** Proof: paths lead nowhere but where they say, and what people write stays text in everything that we write. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toCursor } from '../../src/api/cursor.ts';
import { parseTwiml } from '../../src/simulator/twiml/parse-twiml.ts';
import { parseCsv } from '../../src/text/csv.ts';
import { createChance, createTally, type Figures, forEachOf, type ProofOptions, type RawAnswer } from './proof.ts';
import { openProvingGround, type ProvingGround } from './proving-ground.ts';
import { makeAskers, seedClient } from './seed-clients.ts';

const secret = 'the secret that lies beside';

const climbs = [
  '../',
  '..%2f',
  '%2e%2e/',
  '%2e%2e%2f',
  '..%5c',
  '..\\',
  '%252e%252e%252f',
  '..%c0%af',
  '..%ef%bc%8f',
  '%c0%ae%c0%ae/',
  '....//',
  '..;/',
  '.%00./',
  '%2e%2e%00/',
  '/',
  '%2f',
  '//',
  '\u2025/'.normalize('NFKC'),
  '%uff0e%uff0e/',
  '..%0d%0a/',
];
const goals = [
  'secret.txt',
  'secrets/jwt-keys.json',
  'secrets/operator-key',
  'etc/passwd',
  'proc/self/environ',
  'package.json',
  'secret.txt%00.wav',
  'secret.txt%00',
  '.env',
];
const places = [
  '/v1/calls/*/recording',
  '/v1/calls/*',
  '/v1/calls/*/transcript',
  '/secure/calls/*',
  '/docs/*',
  '/docs/js/*',
  '/*',
  '/v1/assistants/*',
  '/v1/do-not-call/*',
  '/v1/clients/*',
  '/media-stream/*',
];

/** As many paths as `tries` that climb out of where they begin. */
export async function provePathsContained({ tries, seed, storeTemplate }: ProofOptions): Promise<Figures> {
  const tally = createTally();
  const ground = await openProvingGround({ storeTemplate });
  try {
    writeFileSync(join(ground.dataDir, 'secret.txt'), secret);
    const fromDisk = /root:x:|"scripts":|"secret":|\bPATH=/;
    await forEachOf(tries, 16, async (index) => {
      const chance = createChance(seed + index);
      const climb = chance.pick(climbs).repeat(1 + chance.below(8));
      const path = chance
        .pick(places)
        .replace('*', () => `${climb}${chance.pick(goals)}`)
        .replaceAll(/[^\x21-\x7e]/g, encodeURIComponent);
      const answer = await ground.sender.send({ path, headers: chance.below(2) === 0 ? ground.key : {} });
      const isTold =
        answer.body.includes(secret) ||
        fromDisk.test(answer.body) ||
        answer.body.includes(ground.callwright.operatorKey);
      if (answer.status >= 400 && answer.status < 500 && !isTold) return tally.refused();
      tally.accepted();
      tally.miss(`seed ${seed}, try ${index}: GET ${path} got ${answer.status}: ${answer.body.slice(0, 100)}`);
    });
    return tally.figures;
  } finally {
    await ground.stop();
  }
}

const payloads = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "';alert(1)//",
  '<svg/onload=alert(1)>',
  ']]><script>alert(1)</script>',
  '</Say><Dial>+19005551234</Dial><Say>',
  '"/><Redirect>https://evil.example.org</Redirect>',
  '&#60;script&#62;',
  '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
  '<!--',
  '{{constructor.constructor("return process")()}}',
  '{{__proto__}}',
  '$' + '{process.env}',
  '<%= 7*7 %>',
  '=cmd|"/c calc"!A1',
  '@SUM(1+1)*cmd|x',
  '+1+cmd|x',
  '-2+3+cmd|x',
  '\tcmd',
  '\r\nSet-Cookie: a=b',
  '\u2028alert(1)',
  '\u202egnp.exe',
  'data:text/html,<script>1</script>',
  'javascript:alert(1)',
  '{"__proto__":{"admin":true}}',
  "'; drop table calls; --",
  '%0d%0aLocation: https://evil.example.org',
  '\\"}],"role":"admin',
  'event: call.ended\ndata: {}\n\n',
  '<a href="//evil.example.org">x</a>',
];

/** As many texts as `tries`, each through every output that shows what people wrote. */
export async function proveTextHarmless({ tries, seed, storeTemplate }: ProofOptions): Promise<Figures> {
  const tally = createTally();
  const ground = await openProvingGround({ storeTemplate, config: { requestsPerMinute: 1_000_000 } });
  try {
    await seedClient(ground, 1, 1);
    const [, , , admin] = await makeAskers(ground, []);
    const headers = { ...admin?.headers, 'content-type': 'application/json' };
    await forEachOf(tries, 4, async (index) => {
      const chance = createChance(seed + index);
      const text = `${chance.pick(['', 'a', ' '])}${payloads[index % payloads.length]}${chance.pick(['', ' b', index])}`;
      const wrong = await writeEverywhere(ground, { headers, text, index });
      for (const what of wrong) tally.miss(`seed ${seed}, text ${JSON.stringify(text)}: ${what}`);
      if (wrong.length === 0) tally.refused();
      else tally.accepted();
    });
    return tally.figures;
  } finally {
    await ground.stop();
  }
}

interface Writing {
  headers: Record<string, string>;
  text: string;
  index: number;
}

/** Puts the text wherever text may stand, reads it again everywhere, and says where it was more than text. */
async function writeEverywhere(ground: ProvingGround, { headers, text, index }: Writing): Promise<string[]> {
  const wrong: string[] = [];
  const { sender } = ground;
  const check = (what: string, answer: RawAnswer) => wrong.push(...whyHarmful(answer).map((why) => `${what}: ${why}`));
  const post = async (path: string, body: unknown) => {
    const answer = await sender.send({ method: 'POST', path, headers, body: JSON.stringify(body) });
    check(`POST ${path}`, answer);
    return answer;
  };
  const number = `+1555867${String(1000 + index).slice(-4)}`;
  const placed = await post('/api/outbound-call', { to: number, customParameters: { customer: text, [text]: 'x' } });
  const sid = /CA[0-9a-f]{32}/.exec(placed.body)?.[0] ?? '';
  if (sid === '') wrong.push(`not placed: ${placed.body}`);
  else wrong.push(...(await writeTwimlOf(ground, sid, text)));
  await post('/call-customer', { to: text, verification: text });
  await post('/calls/initiate', { assistant_id: 1000, to_phone_number: text, variables: { name: text } });
  await post('/auth/login', { email: text, password: text });
  await post('/auth/login', { email: `\0${text}@example.org`, password: `\0${text}` });
  const preview = await post('/v1/assistants/1000/preview', {
    welcome_message: 'Dear {{name}}',
    variables: { name: text },
  });
  const { greeting } = JSON.parse(preview.body) as { greeting?: string };
  if (greeting !== undefined && !greeting.startsWith('Dear ')) wrong.push(`the greeting became ${greeting}`);
  await post('/v1/do-not-call', { number, reason: text.replaceAll('\0', '') });
  const call = await sender.send({ path: `/v1/calls/${sid}`, headers });
  check('GET call', call);
  if (call.status === 200) {
    const { parameters } = JSON.parse(call.body) as { parameters: { customer: string } };
    if (parameters.customer !== text) wrong.push(`kept as ${JSON.stringify(parameters.customer)}`);
  }
  for (const path of pathsWith(text)) check(`GET ${path}`, await sender.send({ path, headers }));
  const exported = await sender.send({ path: '/v1/do-not-call/export', headers });
  check('GET export', exported);
  for (const { cells } of parseCsv(exported.body)) {
    if (cells.some((cell) => /^[=+\-@\t\r]/.test(cell))) wrong.push(`a spreadsheet would run ${JSON.stringify(cells)}`);
  }
  return wrong;
}

const lists = ['calls', 'do-not-call', 'users', 'clients', 'assistants', 'phone-numbers', 'api-keys', 'audit-log'];

function pathsWith(text: string): string[] {
  const marks = [text, ...[[`${text}\0`], [1, text, `\0${text}`], [-1, '\0'.repeat(9)]].map(toCursor)];
  const asked = encodeURIComponent(text);
  return [
    `/${asked}`,
    `/v1/calls/${asked}`,
    `/v1/users?role=${asked}&client_id=${asked}`,
    `/v1/do-not-call/check?number=${asked}`,
    ...lists.flatMap((list) => marks.map((mark) => `/v1/${list}?cursor=${encodeURIComponent(mark)}`)),
  ];
}

const inert = /^(application\/(problem\+)?json|text\/csv|text\/plain|text\/event-stream|text\/xml)(;|$)/;

function whyHarmful({ status, headers, body }: RawAnswer): string[] {
  const why: string[] = [];
  const type = String(headers['content-type'] ?? '');
  if (status >= 500 && status !== 502) why.push(`${status} ${body.slice(0, 100)}`);
  if (body !== '' && !inert.test(type)) why.push(`it would be shown as ${type}`);
  if (headers['x-content-type-options'] !== 'nosniff') why.push('a browser may guess what it is');
  if (headers['set-cookie'] !== undefined || String(headers.location ?? '').includes('evil'))
    why.push('it wrote a header');
  if (type.includes('json') && body !== '' && 'admin' in (JSON.parse(body) as object)) why.push('it changed an object');
  return why;
}

/** The carrier asks what to do: the text is a parameter there, whole, and nothing else. */
async function writeTwimlOf(ground: ProvingGround, sid: string, text: string): Promise<string[]> {
  const order = ground.simulator.calls().find((call) => call.sid === sid)?.request ?? {};
  const path = (order.Url?.[0] ?? '').slice(ground.url.length).replace(/#.*/, '');
  const fields = [
    ['CallSid', sid],
    ['CallStatus', 'in-progress'],
    ['Direction', 'outbound-api'],
  ] as const;
  const answer = await ground.sender.send({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': ground.sign(path, fields) },
    body: new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
  });
  const parsed = parseTwiml(answer.body);
  if (!parsed.ok) return [`no TwiML: ${answer.status} ${answer.body.slice(0, 200)}`];
  const verbs = parsed.verbs.map(({ name }) => name).join();
  const values = parsed.verbs[0]?.children[0]?.children.map(({ attributes }) => attributes.value) ?? [];
  if (verbs !== 'Connect') return [`data became verbs: ${verbs}`];
  return values.includes(text) ? [] : [`the parameter became ${JSON.stringify(values)}`];
}
