/** Calls of every state on a proving ground, with the genuine requests that the carrier sent about them so far. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { findCall } from '../../src/store/calls.ts';
import { everyone } from '../../src/store/reach.ts';
import type { RawAnswer } from './proof.ts';
import { accountSid, type Fields, type ProvingGround } from './proving-ground.ts';

/** A request as the carrier makes it. */
export interface GenuineRequest {
  /** Path and query. */
  path: string;
  fields: Fields;
  /** Of the call, when it was sent. */
  state: string;
}

export interface LiveCall {
  id: string;
  sid: string;
  state: string;
  kind: 'relay' | 'media';
  /** Path and query of each of its webhooks. */
  doors: Record<'instructions' | 'status' | 'after' | 'recording' | 'transcript', string>;
  sent: GenuineRequest[];
}

const from = '+15551234567';
const to = '+15558675310';

/** A number is rung by one call at a time, so each call has one of its own. */
let numbersRung = 0;
export function nextNumber(): string {
  numbersRung += 1;
  return `+1555${8_675_310 + numbersRung}`;
}

const fieldsOf = (sid: string, status: string, more: Fields = []): Fields => [
  ['CallSid', sid],
  ['AccountSid', accountSid],
  ['From', from],
  ['To', to],
  ['Direction', 'outbound-api'],
  ['CallStatus', status],
  ['ApiVersion', '2010-04-01'],
  ...more,
];

export const toBody = (fields: Fields) =>
  new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
export const formType = 'application/x-www-form-urlencoded';

export function sendSigned(ground: ProvingGround, { path, fields }: Pick<GenuineRequest, 'path' | 'fields'>) {
  const headers = { 'content-type': formType, 'x-twilio-signature': ground.sign(path, fields) };
  return ground.sender.send({ method: 'POST', path, headers, body: toBody(fields) });
}

/** One call of each state and kind of line; the sockets of those that talk stay open. */
export async function ringEverybody(ground: ProvingGround): Promise<{ calls: LiveCall[]; hangUp(): void }> {
  const sockets: WebSocket[] = [];
  const calls: LiveCall[] = [];
  for (const kind of ['relay', 'media'] as const) {
    for (const state of ['placed', 'ringing', 'answered', 'talking', 'completed', 'busy', 'failed', 'canceled']) {
      const call = await dial(ground, kind);
      calls.push(call);
      const socket = await bringTo(ground, call, state);
      if (socket) sockets.push(socket);
      call.state = state;
    }
  }
  return {
    calls,
    hangUp() {
      for (const socket of sockets) socket.terminate();
    },
  };
}

export async function dial(ground: ProvingGround, kind: LiveCall['kind'], verification = 98_765): Promise<LiveCall> {
  const headers = { 'content-type': 'application/json', ...ground.key };
  const answer =
    kind === 'relay'
      ? await ground.sender.send({
          method: 'POST',
          path: '/api/outbound-call',
          headers,
          body: JSON.stringify({ to: nextNumber(), customParameters: { customerName: "O'Brien <&>" } }),
        })
      : await ground.sender.send({
          method: 'POST',
          path: '/call-customer',
          headers,
          body: JSON.stringify({ to: nextNumber(), verification }),
        });
  const sid = /CA[0-9a-f]{32}/.exec(answer.body)?.[0];
  if (!sid) throw new Error(`not placed: ${answer.status} ${answer.body}`);
  const id = (await findCall(ground.db, everyone, sid))?.id ?? '';
  const order = ground.simulator.calls().find((call) => call.sid === sid)?.request ?? {};
  const withoutOrigin = (url = '') => url.slice(ground.url.length).replace(/#.*/, '');
  const query = `?callId=${id}`;
  return {
    id,
    sid,
    state: 'placed',
    kind,
    doors: {
      instructions: kind === 'relay' ? withoutOrigin(order.Url?.[0]) : `/twiml${query}`,
      status: withoutOrigin(order.StatusCallback?.[0]),
      after: `/api/call-after${query}`,
      recording: `/api/call-recording${query}`,
      transcript: `/api/call-transcript${query}`,
    },
    sent: [],
  };
}

/** Sends what the carrier would send until the call is in this state; a talking call has a socket. */
async function bringTo(ground: ProvingGround, call: LiveCall, state: string): Promise<WebSocket | null> {
  const tell = (status: string, more: Fields = []) =>
    sendNoted(ground, call, 'status', fieldsOf(call.sid, status, more));
  if (state === 'placed') return null;
  await tell('initiated', [['SequenceNumber', '0']]);
  await tell('ringing', [['SequenceNumber', '1']]);
  if (state === 'ringing') return null;
  if (state === 'busy' || state === 'failed' || state === 'canceled') {
    await tell(state, [['SequenceNumber', '2']]);
    return null;
  }
  await tell('in-progress', [['SequenceNumber', '2']]);
  const said = call.kind === 'relay' ? await askInstructions(ground, call) : null;
  await sendNoted(ground, call, 'recording', recordingFields(call.sid, 'in-progress'));
  if (state === 'answered') return null;
  const path = said ? socketPathOf(said) : `/media-stream/98765/${call.id}`;
  const socket = await openSocket(ground, path);
  socket.send(call.kind === 'relay' ? setupFrame(call.sid) : startFrame(call.sid));
  await sendNoted(ground, call, 'transcript', transcriptFields(call.sid));
  if (state === 'talking') {
    if (call.kind === 'relay') await once(socket, 'message');
    return socket;
  }
  socket.close(1000);
  await once(socket, 'close');
  await sendNoted(ground, call, 'after', fieldsOf(call.sid, 'in-progress', [['SessionStatus', 'completed']]));
  await tell(state, [
    ['SequenceNumber', '3'],
    ['CallDuration', '7'],
  ]);
  return null;
}

export async function askInstructions(ground: ProvingGround, call: LiveCall): Promise<RawAnswer> {
  return sendNoted(ground, call, 'instructions', fieldsOf(call.sid, 'in-progress'));
}

async function sendNoted(
  ground: ProvingGround,
  call: LiveCall,
  ...[door, fields]: [keyof LiveCall['doors'], Fields]
): Promise<RawAnswer> {
  const request = { path: call.doors[door], fields, state: call.state };
  call.sent.push(request);
  const answer = await sendSigned(ground, request);
  if (answer.status >= 300) throw new Error(`a genuine request about ${door} was answered ${answer.status}`);
  return answer;
}

const recordingFields = (sid: string, status: string): Fields => [
  ...fieldsOf(sid, 'in-progress'),
  ['RecordingSid', `RE${sid.slice(2)}`],
  ['RecordingStatus', status],
];

const transcriptFields = (sid: string): Fields => [
  ...fieldsOf(sid, 'in-progress'),
  ['TranscriptionEvent', 'transcription-content'],
  ['Track', 'inbound_track'],
  ['Final', 'true'],
  ['SequenceId', '1'],
  ['TranscriptionData', JSON.stringify({ transcript: 'Who is this?', confidence: 0.9 })],
];

/** Every kind of request that the carrier makes about a call, as it would be next. */
export function nextRequestsOf(call: LiveCall): GenuineRequest[] {
  const { sid, state, doors } = call;
  return [
    { path: doors.instructions, fields: fieldsOf(sid, 'in-progress'), state },
    { path: `/twiml?callId=${call.id}`, fields: fieldsOf(sid, 'in-progress'), state },
    {
      path: '/twiml',
      fields: [...fieldsOf(sid, 'ringing').filter(([name]) => name !== 'Direction'), ['Direction', 'inbound']],
      state,
    },
    {
      path: doors.status,
      fields: fieldsOf(sid, 'completed', [
        ['CallDuration', '3'],
        ['SequenceNumber', '9'],
      ]),
      state,
    },
    {
      path: doors.after,
      fields: fieldsOf(sid, 'in-progress', [
        ['SessionStatus', 'failed'],
        ['ErrorCode', '64102'],
      ]),
      state,
    },
    { path: doors.recording, fields: recordingFields(`CA${'9'.repeat(30)}${call.sid.slice(-2)}`, 'completed'), state },
    { path: doors.recording, fields: recordingFields(sid, 'completed'), state },
    { path: doors.transcript, fields: transcriptFields(sid), state },
  ];
}

export const setupFrame = (sid: string) =>
  JSON.stringify({ type: 'setup', callSid: sid, from, to, customParameters: {} });

export const startFrame = (sid: string, customParameters: Record<string, string> = {}) =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    streamSid: `MZ${sid.slice(2)}`,
    start: {
      streamSid: `MZ${sid.slice(2)}`,
      accountSid,
      callSid: sid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters,
    },
  });

/** The path of the socket that an answer of ours tells the carrier to open. */
export function socketPathOf({ body }: RawAnswer): string {
  const url = /<(?:ConversationRelay|Stream) url="(ws[^"]+)"/.exec(body)?.[1];
  if (url === undefined) throw new Error(`no socket in ${body}`);
  return new URL(url).pathname;
}

/** Opens a socket with the carrier's signature. */
export async function openSocket(ground: ProvingGround, path: string): Promise<WebSocket> {
  const headers = { 'x-twilio-signature': ground.sign(path) };
  const socket = new WebSocket(`${ground.url.replace('http', 'ws')}${path}`, { headers });
  await once(socket, 'open');
  return socket;
}
