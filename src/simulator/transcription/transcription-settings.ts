/** Reads the attributes of <Transcription> in <Start>. */
import type { TwimlElement } from '../twiml/parse-twiml.ts';

export interface TranscriptionSettings {
  track: 'inbound_track' | 'outbound_track' | 'both_tracks';
  languageCode: string;
}

export const transcriptionAttributes = [
  ...['name', 'track', 'statusCallbackUrl', 'statusCallbackMethod', 'languageCode', 'partialResults', 'hints'],
  ...['transcriptionEngine', 'speechModel', 'profanityFilter', 'enableAutomaticPunctuation', 'inboundTrackLabel'],
  ...['outboundTrackLabel', 'intelligenceService'],
];

/** Null for a track that there is not. */
export function readTranscriptionSettings({ attributes }: TwimlElement): TranscriptionSettings | null {
  const { track = 'both_tracks', languageCode = 'en-US' } = attributes;
  if (track !== 'inbound_track' && track !== 'outbound_track' && track !== 'both_tracks') return null;
  return { track, languageCode };
}
