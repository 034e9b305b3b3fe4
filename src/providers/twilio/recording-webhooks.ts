/** What Twilio tells of a call's recording, and what it wrote down of the call itself. */
import { z } from 'zod';
import type { CarrierEvent, CarrierRequest } from '../../ports/carrier.ts';
import { fieldOf, wholeNumberOf } from './form.ts';
import { toStorable } from './socket-frame.ts';
import { parseWebhook } from './webhook.ts';

type RecordingStatus = (CarrierEvent & { type: 'recording-changed' })['status'];

/** Other words, such as those of a recording that is paused, change nothing for us. */
const recordingStatuses: ReadonlyMap<string, RecordingStatus> = new Map([
  ['in-progress', 'in_progress'],
  ['completed', 'completed'],
  ['absent', 'absent'],
  ['failed', 'failed'],
]);

/** The address of the sound that comes along is left aside: the id says where it is, on the API we know. */
export function parseRecordingChanged(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const recordingSid = fieldOf(form, 'RecordingSid');
  const status = recordingStatuses.get(fieldOf(form, 'RecordingStatus') ?? '');
  if (recordingSid === null || !/^RE[0-9A-Za-z]{1,62}$/.test(recordingSid) || !status) return null;
  return {
    type: 'recording-changed',
    carrierSid,
    recordingSid,
    status,
    durationSeconds: wholeNumberOf(form, 'RecordingDuration'),
    channels: wholeNumberOf(form, 'RecordingChannels'),
    query,
  };
}

/** Twilio's inbound track is what it receives from the other end of the call's leg: the person, whoever rang whom. */
const speakers: ReadonlyMap<string, 'person' | 'assistant'> = new Map([
  ['inbound_track', 'person'],
  ['outbound_track', 'assistant'],
]);

const transcriptionSchema = z.object({ transcript: z.string().transform((text) => toStorable(text).trim()) });

function textOf(transcriptionJson: string): string | null {
  try {
    return transcriptionSchema.safeParse(JSON.parse(transcriptionJson)).data?.transcript ?? null;
  } catch {
    return null;
  }
}

/** Only what was said and will not be written differently any more; the beginning and end of writing down are no news. */
export function parseTranscribed(request: CarrierRequest): CarrierEvent | null {
  const webhook = parseWebhook(request);
  if (!webhook) return null;
  const { carrierSid, form, query } = webhook;
  const isFinal = fieldOf(form, 'Final')?.toLowerCase() === 'true';
  if (fieldOf(form, 'TranscriptionEvent') !== 'transcription-content' || !isFinal) return null;
  const speaker = speakers.get(fieldOf(form, 'Track') ?? '');
  const text = textOf(fieldOf(form, 'TranscriptionData') ?? '');
  if (!speaker || !text) return null;
  return { type: 'transcribed', carrierSid, speaker, text, sequence: wholeNumberOf(form, 'SequenceId'), query };
}
