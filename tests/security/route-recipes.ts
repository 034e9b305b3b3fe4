/** How each route of the server is asked in the proof of isolation; a route that is not here fails it. */
import { digitsOf, markOf, type ObjectKind, type SeededObject } from './seed-clients.ts';

export interface Recipe {
  /** What stands in the path's first parameter. */
  names?: readonly ObjectKind[];
  /** Queries that name the object, or none. */
  queries?: (object: SeededObject) => readonly string[];
  /** Bodies; those of a request that names an object are asked for every object there is. */
  bodies?: (object: SeededObject) => readonly unknown[];
  type?: 'text/csv';
  /** Everyone may ask it, and it tells nothing of any client. */
  isOpen?: true;
  /** It never ends by itself: only its beginning is read. */
  isStream?: true;
  /** Who must be able to do this with an own object, and how that is answered; otherwise nothing would be proven. */
  control: { by: 'owner' | 'admin'; status: number } | null;
  /** It places calls for whoever may. */
  dials?: true;
  /** Asked of a client's own people it may answer well whatever object it names, because the name changes nothing. */
  mindsNoObject?: true;
}

/** Stands for a number that no other call rings. */
export const anyNumber = '+15558675310';

const owner = (status = 200): Recipe['control'] => ({ by: 'owner', status });
const admin = (status = 200): Recipe['control'] => ({ by: 'admin', status });

const list: Recipe = { queries: () => ['', '?limit=100', '?limit=1'], control: owner(), mindsNoObject: true };
const one = (...names: ObjectKind[]): Recipe => ({ names, control: owner() });
const callNames = ['call', 'carrier-call'] as const;
const signedOnly: Recipe = { isOpen: true, control: null };
const open = (status?: number): Recipe => ({ isOpen: true, control: status === undefined ? null : owner(status) });
/** Says nothing about, and does nothing to, what it is asked with. */
const accountForm: Recipe = {
  isOpen: true,
  control: null,
  bodies: ({ client }) => [{ email: `0@${markOf(client)}.example`, password: 'wrong horse battery' }],
};

const numberOf = ({ client }: SeededObject, number: number) => `+1${digitsOf(client)}${number}`;
const q = encodeURIComponent;
const assistantId = ({ names }: SeededObject) => Number(names.assistant);
const clientId = ({ names }: SeededObject) => names.client;

const recipesOfV1: Record<string, Recipe> = {
  'GET /v1/clients': { ...list, control: admin() },
  'POST /v1/clients': { bodies: () => [{ name: 'Another' }], control: admin(201) },
  'GET /v1/clients/:id': { names: ['client'], control: admin() },
  'PATCH /v1/clients/:id': { names: ['client'], bodies: () => [{ status: 'Suspended' }], control: null },
  'DELETE /v1/clients/:id': { names: ['client'], control: null },
  'GET /v1/users': { queries: (object) => ['', '?limit=100', `?client_id=${clientId(object)}`], control: admin() },
  'POST /v1/users': {
    bodies: (object) => [
      {
        email: 'new@elsewhere.example',
        name: 'New',
        password: 'a long new password',
        role: 'client',
        client_id: clientId(object),
      },
    ],
    control: null,
  },
  'GET /v1/health': { control: admin() },
  'GET /v1/users/:id': { names: ['user'], control: admin() },
  'PATCH /v1/users/:id': { names: ['user'], bodies: () => [{ is_active: false }, { role: 'admin' }], control: null },
  'DELETE /v1/users/:id': { names: ['user'], control: null },
  'GET /v1/api-keys': list,
  'POST /v1/api-keys': {
    bodies: (object) => [{ name: 'Taken over', client_id: clientId(object) }],
    control: owner(201),
  },
  'GET /v1/api-keys/:id': one('api-key'),
  'DELETE /v1/api-keys/:id': { names: ['api-key'], control: owner(204) },
  'GET /v1/audit-log': {
    queries: ({ names }) => ['', '?limit=100', `?subject_id=${names.call}`, `?actor_id=${names.user}`],
    control: admin(),
    mindsNoObject: true,
  },
  'GET /v1/assistants': list,
  'POST /v1/assistants': {
    bodies: (object) => [{ name: 'Taken over', prompt: 'You are mine.', client_id: clientId(object) }],
    control: owner(201),
  },
  'GET /v1/assistants/:id': one('assistant'),
  'PATCH /v1/assistants/:id': { names: ['assistant'], bodies: () => [{ prompt: 'You are mine.' }], control: owner() },
  'DELETE /v1/assistants/:id': { names: ['assistant'], control: owner(204) },
  'POST /v1/assistants/:id/publish': { names: ['assistant'], bodies: () => [undefined], control: owner(201) },
  'GET /v1/assistants/:id/versions': one('assistant'),
  'GET /v1/assistants/:id/versions/:version': one('assistant'),
  'POST /v1/assistants/:id/preview': { names: ['assistant'], bodies: () => [{ variables: {} }], control: owner() },
  'POST /v1/assistants/:id/documents': {
    names: ['assistant'],
    bodies: () => [{ title: 'Mine', text: 'You are mine.' }],
    control: owner(201),
  },
  'GET /v1/assistants/:id/documents': one('assistant'),
  'GET /v1/assistants/:id/documents/:documentId': one('assistant'),
  'DELETE /v1/assistants/:id/documents/:documentId': { names: ['assistant'], control: owner(204) },
  'POST /v1/assistants/:id/mcp-secrets': {
    names: ['assistant'],
    bodies: () => [{ server: 'crm', secret: 'mine' }],
    // Its draft has no such server.
    control: owner(422),
  },
  'GET /v1/assistants/:id/mcp-secrets': one('assistant'),
  'DELETE /v1/assistants/:id/mcp-secrets/:server': { names: ['assistant'], control: owner(204) },
  'GET /v1/tool-secret': { queries: (object) => [`?client_id=${clientId(object)}`], control: owner() },
  'GET /v1/consents': {
    queries: (object) => ['', '?limit=100', `?client_id=${clientId(object)}`, `?number=${q(numberOf(object, 600))}`],
    control: owner(),
    mindsNoObject: true,
  },
  'POST /v1/consents': {
    bodies: (object) => [{ number: numberOf(object, 700), source: 'a form', client_id: clientId(object) }],
    control: owner(201),
  },
  'POST /v1/consents/import': {
    queries: (object) => ['', `?client_id=${clientId(object)}`],
    // Without a client named it is one's own.
    bodies: () => [[{ number: '+15005550177', source: 'a form' }]],
    control: owner(),
    mindsNoObject: true,
  },
  'GET /v1/consents/check': {
    queries: (object) => [
      `?number=${q(numberOf(object, 600))}`,
      `?number=${q(numberOf(object, 600))}&client_id=${clientId(object)}`,
    ],
    control: owner(),
    mindsNoObject: true,
  },
  'POST /v1/consents/:id/withdraw': { names: ['consent'], bodies: () => [{ reason: 'taken over' }], control: owner() },
  'DELETE /v1/people/:number': {
    names: ['do-not-call'],
    queries: (object) => [`?client_id=${clientId(object)}`],
    control: owner(202),
  },
  'GET /v1/erasures': list,
  'GET /v1/erasures/:id': one('erasure'),
  'GET /v1/prices': { ...list, control: admin() },
  'POST /v1/prices': {
    bodies: () => [{ vendor: 'twilio', item: 'call_minute', price_micros: 1 }],
    control: admin(201),
  },
  'POST /v1/prices/import': {
    bodies: () => [[{ vendor: 'twilio', item: 'call_minute', price_micros: 1 }]],
    control: admin(),
  },
  'DELETE /v1/prices/:id': { names: ['call'], control: null },
  'GET /v1/phone-numbers': list,
  'POST /v1/phone-numbers': {
    bodies: (object) => [
      { number: numberOf(object, 901), client_id: clientId(object) },
      {
        number: '+15005550199',
        assistant_id: assistantId(object),
        inbound_webhook: { url: 'https://example.com/who' },
      },
    ],
    control: null,
  },
  'POST /v1/phone-numbers/sync': { bodies: () => [{}], control: admin() },
  'GET /v1/phone-numbers/:id': one('phone-number'),
  'PATCH /v1/phone-numbers/:id': {
    names: ['phone-number'],
    bodies: () => [{ assistant_id: null }, { client_id: null }],
    control: null,
  },
  'DELETE /v1/phone-numbers/:id': { names: ['phone-number'], control: null },
  'GET /v1/calls': {
    queries: (object) => [
      '',
      '?limit=100',
      `?to=${q(numberOf(object, 200))}`,
      `?verification=${7_000 + object.client}`,
      `?assistant_id=${assistantId(object)}`,
    ],
    control: owner(),
    mindsNoObject: true,
  },
  'POST /v1/calls': {
    bodies: (object) => [
      { to: anyNumber, assistant_id: assistantId(object) },
      { to: anyNumber, from: numberOf(object, 0) },
    ],
    control: owner(201),
  },
  'POST /v1/calls/check': {
    bodies: (object) => [
      { to: anyNumber, assistant_id: assistantId(object) },
      { to: anyNumber, from: numberOf(object, 0) },
    ],
    control: owner(),
  },
  'GET /v1/calls/decisions': {
    queries: (object) => ['', '?format=csv', `?to=${q(numberOf(object, 200))}`],
    control: owner(),
    mindsNoObject: true,
  },
  'GET /v1/calls/:id': one(...callNames),
  'GET /v1/calls/:id/transcript': { names: callNames, queries: () => ['', '?format=text'], control: owner() },
  'GET /v1/calls/:id/events': one(...callNames),
  'GET /v1/calls/:id/recording': one(...callNames),
  'GET /v1/calls/:id/recordings': one(...callNames),
  'GET /v1/calls/:id/live': one(...callNames),
  'POST /v1/calls/:id/cancel': { names: callNames, bodies: () => [undefined], control: owner(409) },
  'POST /v1/calls/:id/hangup': { names: callNames, bodies: () => [undefined], control: owner(409) },
  'POST /v1/calls/:id/analyze': { names: callNames, bodies: () => [undefined], control: owner(202) },
  'POST /v1/calls/:id/say': { names: callNames, bodies: () => [{ text: 'Hello' }], control: owner(409) },
  'POST /v1/calls/:id/transfer': { names: callNames, bodies: () => [{ target: 'Desk' }], control: owner(409) },
  'POST /v1/calls/:id/instruct': { names: callNames, bodies: () => [{ text: 'Be brief.' }], control: owner(409) },
  'POST /v1/calls/:id/audio-ticket': {
    names: callNames,
    bodies: () => [{}, { speak: true }],
    control: owner(409),
  },
  'POST /v1/calls/:id/dtmf': { names: callNames, bodies: () => [{ keys: '1' }], control: owner(409) },
  'GET /v1/campaigns': { queries: () => ['', '?limit=100', '?status=draft'], control: owner(), mindsNoObject: true },
  'POST /v1/campaigns': {
    bodies: (object) => [
      { name: 'Taken over', assistant_id: assistantId(object) },
      { name: 'Taken over', caller_id: { numbers: [numberOf(object, 0)] } },
    ],
    control: owner(201),
  },
  'GET /v1/campaigns/:id': one('campaign'),
  'PATCH /v1/campaigns/:id': { names: ['campaign'], bodies: () => [{ name: 'Taken over' }], control: owner() },
  'DELETE /v1/campaigns/:id': { names: ['campaign'], control: null },
  'POST /v1/campaigns/:id/start': { names: ['campaign'], bodies: () => [undefined], control: owner() },
  'POST /v1/campaigns/:id/pause': { names: ['campaign'], bodies: () => [undefined], control: owner() },
  'POST /v1/campaigns/:id/resume': { names: ['campaign'], bodies: () => [undefined], control: owner() },
  'POST /v1/campaigns/:id/cancel': { names: ['campaign'], bodies: () => [undefined], control: owner() },
  'POST /v1/campaigns/:id/contacts': {
    names: ['campaign'],
    bodies: () => ['number,owes\r\n+15558675312,mine\r\n'],
    type: 'text/csv',
    // Called off by then.
    control: owner(409),
  },
  'GET /v1/campaigns/:id/contacts': {
    names: ['campaign'],
    queries: () => ['', '?state=waiting'],
    control: owner(),
  },
  'GET /v1/campaigns/:id/results': one('campaign'),
  'GET /v1/events': {
    queries: ({ names }) => ['', '?limit=100', '?type=call.*', `?call_id=${names.call}`],
    control: owner(),
    mindsNoObject: true,
  },
  'GET /v1/live': { isStream: true, control: owner(), mindsNoObject: true },
  'GET /v1/do-not-call': {
    queries: (object) => ['', '?limit=100', `?client_id=${clientId(object)}`],
    control: owner(),
    mindsNoObject: true,
  },
  'POST /v1/do-not-call': {
    bodies: (object) => [{ number: numberOf(object, 700), client_id: clientId(object) }],
    control: owner(201),
  },
  'GET /v1/do-not-call/check': {
    queries: (object) => [
      `?number=${q(object.names['do-not-call'])}`,
      `?number=${q(object.names['do-not-call'])}&client_id=${clientId(object)}`,
    ],
    control: owner(),
    mindsNoObject: true,
  },
  'DELETE /v1/do-not-call/:number': {
    names: ['do-not-call'],
    queries: (object) => ['?reason=mine', `?reason=mine&client_id=${clientId(object)}`],
    control: owner(204),
  },
  'POST /v1/do-not-call/import': {
    queries: (object) => [`?client_id=${clientId(object)}`],
    bodies: () => ['number,reason\r\n+15558675311,mine\r\n'],
    type: 'text/csv',
    control: owner(),
  },
  'GET /v1/do-not-call/export': { control: owner(), mindsNoObject: true },
  'GET /v1/webhooks': list,
  'POST /v1/webhooks': {
    bodies: (object) => [{ url: 'https://elsewhere.example/hook', client_id: clientId(object) }],
    control: owner(201),
  },
  'GET /v1/webhooks/:id': one('webhook'),
  'PATCH /v1/webhooks/:id': { names: ['webhook'], bodies: () => [{ description: 'mine' }], control: owner() },
  'DELETE /v1/webhooks/:id': { names: ['webhook'], control: owner(204) },
  'POST /v1/webhooks/:id/rotate-secret': { names: ['webhook'], bodies: () => [{}], control: owner() },
  'POST /v1/webhooks/:id/test': { names: ['webhook'], bodies: () => [undefined], control: owner() },
  'POST /v1/webhooks/:id/replay': {
    names: ['webhook'],
    bodies: () => [{ after: '2026-11-20T00:00:00Z', include_delivered: true }],
    control: owner(202),
  },
  'GET /v1/webhooks/:id/deliveries': one('webhook'),
  'GET /v1/webhooks/:id/deliveries/:eventId': one('webhook'),
  'POST /v1/webhooks/:id/deliveries/:eventId/replay': {
    names: ['webhook'],
    bodies: () => [undefined],
    control: owner(202),
  },
  'GET /v1/stats': {
    queries: (object) => ['', `?assistant_id=${assistantId(object)}`],
    control: owner(),
    mindsNoObject: true,
  },
  // Figures of everyone together; kept only where METRICS is on.
  'GET /metrics': { control: admin(404), mindsNoObject: true },
  'GET /v1/limits': { control: owner(), mindsNoObject: true },
};

const recipesOfForms: Record<string, Recipe> = {
  'POST /call-customer': {
    dials: true,
    bodies: () => [{ to: anyNumber, verification: 1 }],
    control: owner(),
    mindsNoObject: true,
  },
  'POST /api/outbound-call': {
    dials: true,
    bodies: () => [{ to: anyNumber }],
    control: owner(),
    mindsNoObject: true,
  },
  'POST /calls/initiate': {
    bodies: (object) => [{ assistant_id: assistantId(object), to_phone_number: anyNumber }],
    control: owner(),
  },
  'POST /secure/make-call': {
    dials: true,
    bodies: () => [{ phone: anyNumber }],
    control: owner(),
    mindsNoObject: true,
  },
  'GET /secure/calls': {
    queries: () => ['', '?limit=100', '?status=completed&page=1'],
    control: owner(),
    mindsNoObject: true,
  },
  'GET /secure/calls/:callId': one(...callNames),
  'GET /secure/call-stats': { control: owner(), mindsNoObject: true },
};

export const recipes: Readonly<Record<string, Recipe>> = {
  'GET /healthz': open(200),
  'GET /readyz': open(200),
  'GET /openapi.json': open(200),
  'GET /docs': open(),
  'GET /docs/': open(200),
  'GET /docs/js/scalar.js': open(200),
  'GET /': open(),
  'GET /assets/*': open(),
  'GET /favicon.svg': open(),
  'GET /phone-worklet.js': open(),
  'POST /auth/login': accountForm,
  'POST /auth/refresh': { isOpen: true, control: null, bodies: () => [{ refresh_token: 'x'.repeat(43) }] },
  'GET /auth/setup': open(200),
  'POST /auth/setup': {
    isOpen: true,
    control: null,
    bodies: () => [{ code: 'AAAA-AAAA', email: 'me@elsewhere.example', password: 'a long new password', name: 'Me' }],
  },
  // Whoever has a login would end it.
  'POST /auth/logout': { bodies: () => [undefined], control: null },
  'POST /auth/password': {
    bodies: () => [{ current_password: 'wrong horse battery', new_password: 'a long new password' }],
    control: null,
    mindsNoObject: true,
  },
  'GET /auth/me': { control: owner(), mindsNoObject: true },
  ...recipesOfV1,
  ...recipesOfForms,
  'POST /api/outbound-call-twiml': signedOnly,
  'POST /twiml': signedOnly,
  'POST /api/call-status': signedOnly,
  'POST /api/transfer-answer': signedOnly,
  'POST /api/transfer-briefing': signedOnly,
  'POST /api/transfer-leg': signedOnly,
  'POST /api/transfer-over': signedOnly,
  'POST /api/call-after': signedOnly,
  'POST /api/call-recording': signedOnly,
  'POST /api/call-transcript': signedOnly,
  'POST /api/call-answered-by': signedOnly,
};
