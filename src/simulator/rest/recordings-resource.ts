/** /Recordings, of the account and of one call: start, control, fetch, list, delete, and the file itself. */

import type { PhoneNetwork } from '../phone-network.ts';
import type { CallRecording } from '../recording/call-recording.ts';
import { apiVersion } from '../webhooks/webhook-parameters.ts';
import { toRfc2822 } from '../wire-values.ts';
import { readRecordingOrder } from './check-call-form.ts';
import { toListPage } from './list-page.ts';
import { isWithin } from './moment-filter.ts';
import { json, notFound, Refusal, type RestAnswer, type RestRequest, type RestResult } from './rest-exchange.ts';

const current = 'Twilio.CURRENT';

function toResource({ account, apiBaseUrl }: PhoneNetwork, { log, callSid }: CallRecording): Record<string, unknown> {
  const path = `/${apiVersion}/Accounts/${account.sid}/Recordings/${log.sid}`;
  return {
    sid: log.sid,
    account_sid: account.sid,
    call_sid: callSid,
    conference_sid: null,
    api_version: apiVersion,
    channels: log.channels,
    duration: String(log.durationSeconds ?? -1),
    start_time: toRfc2822(log.startedAtMs),
    date_created: toRfc2822(log.startedAtMs),
    date_updated: toRfc2822(log.updatedAtMs),
    price: null,
    price_unit: 'USD',
    status: log.status,
    source: log.source,
    track: log.track,
    error_code: null,
    encryption_details: null,
    media_url: `${apiBaseUrl}${path}`,
    uri: `${path}.json`,
    subresource_uris: {
      add_on_results: `${path}/AddOnResults.json`,
      transcriptions: `${path}/Transcriptions.json`,
    },
  };
}

function find(network: PhoneNetwork, { path }: RestRequest, sid: string): CallRecording {
  const recording = network.recordings.find(sid);
  if (!recording) throw notFound(path);
  return recording;
}

/** The recording by its SID, or the one that runs. */
function findInCall(network: PhoneNetwork, request: RestRequest, [callSid, sid]: readonly string[]): CallRecording {
  const { recordings } = network;
  const recording = sid === current ? recordings.findRunning(callSid ?? '') : recordings.find(sid ?? '');
  if (!recording || recording.callSid !== callSid) throw notFound(request.path);
  return recording;
}

function list(network: PhoneNetwork, { path, query }: RestRequest, callSid: string | null): RestAnswer {
  const items = network.recordings
    .all()
    .filter((recording) => callSid === null || recording.callSid === callSid)
    .filter(({ log }) => isWithin(log.startedAtMs, query, 'DateCreated'))
    .reverse();
  const { page, envelope } = toListPage({ items, sidOf: ({ log }) => log.sid, path, query });
  return json({ recordings: page.map((recording) => toResource(network, recording)), ...envelope });
}

function remove(network: PhoneNetwork, recording: CallRecording): RestAnswer {
  network.recordings.delete(recording.log.sid);
  return { status: 204, contentType: 'application/json', body: '' };
}

export function listRecordings(network: PhoneNetwork, request: RestRequest): RestAnswer {
  return list(network, request, request.query.get('CallSid'));
}

export function fetchRecording(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  return json(toResource(network, find(network, request, sid)));
}

export function deleteRecording(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  return remove(network, find(network, request, sid));
}

/** The file is not there before the recording has been processed, nor while a planned fault hides it. */
export function fetchRecordingFile(network: PhoneNetwork, request: RestRequest, sid: string): RestResult {
  const recording = find(network, request, sid);
  const fault = recording.nextMediaFault();
  const bytes = fault.type === 'missing' ? null : recording.toFile();
  if (!bytes) throw notFound(request.path);
  const file = { status: 200, contentType: 'audio/x-wav', bytes };
  return fault.type === 'cut' ? { ...file, cutAtByte: fault.atByte } : file;
}

/** Twilio makes MP3 files of its recordings; the simulator has no encoder for them. */
export function fetchCompressedFile(network: PhoneNetwork, request: RestRequest, sid: string): RestAnswer {
  find(network, request, sid);
  throw new Refusal(404, 20404, 'The simulator keeps recordings as .wav only: there is no .mp3');
}

export function listCallRecordings(network: PhoneNetwork, request: RestRequest, callSid: string): RestAnswer {
  if (!network.find(callSid)) throw notFound(request.path);
  return list(network, request, callSid);
}

export function startCallRecording(network: PhoneNetwork, request: RestRequest, callSid: string): RestAnswer {
  const call = network.find(callSid);
  if (!call) throw notFound(request.path);
  if (!call.isLive) throw new Refusal(400, 21220, 'Requested resource is not eligible for recording');
  const order = readRecordingOrder(new URLSearchParams(request.body), 'StartCallRecordingAPI');
  return json(toResource(network, network.recordings.start(call, order)), 201);
}

export function fetchCallRecording(network: PhoneNetwork, request: RestRequest, ...sids: string[]): RestAnswer {
  return json(toResource(network, findInCall(network, request, sids)));
}

export function deleteCallRecording(network: PhoneNetwork, request: RestRequest, ...sids: string[]): RestAnswer {
  return remove(network, findInCall(network, request, sids));
}

export function updateCallRecording(network: PhoneNetwork, request: RestRequest, ...sids: string[]): RestAnswer {
  const recording = findInCall(network, request, sids);
  const form = new URLSearchParams(request.body);
  if (!recording.isRunning) throw new Refusal(400, 21220, 'The recording is over');
  switch (form.get('Status')) {
    case 'paused':
      recording.pause(form.get('PauseBehavior') === 'skip' ? 'skip' : 'silence');
      break;
    case 'in-progress':
      recording.resume();
      break;
    case 'stopped':
      recording.stop();
      break;
    default:
      throw new Refusal(400, 20422, `Status ${form.get('Status')} is not valid: use in-progress, paused or stopped`);
  }
  return json(toResource(network, recording));
}
