/** Writes down what is said in a call and tells the application of every finished utterance. */
import { waitFor } from '../../base/clock.ts';
import type { LiveCall, WebhookTarget } from '../live-call.ts';
import { deliverWebhook, newIdempotencyToken } from '../webhooks/deliver-webhook.ts';
import { newSid } from '../wire-values.ts';
import type { TranscriptionSettings } from './transcription-settings.ts';

/** From the end of an utterance to its text. */
const hearingMs = 500;
/** From the end of the call to the last word of it. */
const closingMs = 1000;
const confidence = 0.98;

export interface TranscriptionOrder {
  settings: TranscriptionSettings;
  callback: WebhookTarget | null;
}

/** Runs from now to the end of the call. Of a media stream only those words are written down that are in its sound. */
export function transcribeCall(call: LiveCall, { settings, callback }: TranscriptionOrder): void {
  const { network, line, record, overSignal } = call;
  const { clock, signal, account, random } = network;
  const sid = newSid('GT', random);
  let sequence = 0;
  const tell = (event: string, more: Record<string, string> = {}) => {
    if (!callback || signal.aborted) return;
    sequence += 1;
    const parameters = {
      ...{ AccountSid: account.sid, CallSid: record.sid, TranscriptionSid: sid, TranscriptionEvent: event },
      ...{ LanguageCode: settings.languageCode, SequenceId: String(sequence) },
      Timestamp: new Date(clock.now()).toISOString(),
      ...more,
    };
    const idempotencyToken = newIdempotencyToken(random);
    void deliverWebhook(call.webhooks, { kind: 'transcription', ...callback, parameters, idempotencyToken }, signal);
  };
  const write = async (track: 'inbound_track' | 'outbound_track', text: string) => {
    if (text === '' || (settings.track !== 'both_tracks' && settings.track !== track)) return;
    await waitFor(clock, hearingMs, signal);
    const data = JSON.stringify({ transcript: text, confidence });
    tell('transcription-content', { TranscriptionData: data, Track: track, Final: 'true' });
  };
  tell('transcription-started');
  const unlisten = [
    line.listen({ speechEnded: ({ text }) => void write('inbound_track', text.trim()) }),
    line.streamed.listen({ ended: (_heard, words) => void write('outbound_track', words) }),
    line.voice.listen({
      ended: ({ source }, { text }) => void write('outbound_track', source === 'play' ? '' : text.trim()),
    }),
  ];
  const stop = async () => {
    // What the voice says at the very end is still told by `ended` in this same moment.
    await waitFor(clock, closingMs, signal);
    for (const end of unlisten) end();
    tell('transcription-stopped');
  };
  overSignal.addEventListener('abort', () => void stop(), { once: true });
}
