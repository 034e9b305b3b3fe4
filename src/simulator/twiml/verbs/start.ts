/** <Start>: lets something run beside the call; recording and transcription. */
import { readRecordingEvents, readTrack } from '../../recording/recording-order.ts';
import { transcribeCall } from '../../transcription/transcribe-call.ts';
import { readTranscriptionSettings, transcriptionAttributes } from '../../transcription/transcription-settings.ts';
import type { TwimlElement } from '../parse-twiml.ts';
import { toSource, type Verb, type VerbScene } from '../verb.ts';

const recordingAttributes = [
  ...['channels', 'track', 'trim', 'recordingStatusCallback', 'recordingStatusCallbackEvent'],
  ...['recordingStatusCallbackMethod', 'recordingConfigurationId'],
];

export const start: Verb = {
  name: 'Start',
  attributes: ['action', 'method'],
  answers: true,
  run(scene) {
    for (const noun of scene.element.children) startNoun(scene, noun);
    return { type: 'next' };
  },
};

function startNoun(scene: VerbScene, noun: TwimlElement): void {
  if (noun.name === 'Recording') return startRecording(scene, noun);
  if (noun.name === 'Transcription') return startTranscription(scene, noun);
  if (noun.name === 'Stream' || noun.name === 'Siprec') {
    const message = `The simulator does not play <Start> with <${noun.name}> yet and went on`;
    return scene.call.problem({ code: null, level: 'error', message });
  }
  warn(scene, `element '${noun.name}' is not allowed in element 'Start'`);
}

/** A recording in <Start> has two channels, whatever it asks for. */
function startRecording(scene: VerbScene, noun: TwimlElement): void {
  warnOfStrangers(scene, noun, recordingAttributes);
  const { attributes } = noun;
  const track = readTrack(attributes.track ?? 'both');
  if (!track) return warn(scene, `value '${attributes.track}' of attribute 'track' is not allowed`);
  const url = attributes.recordingStatusCallback;
  if (url !== undefined && !URL.canParse(url)) {
    const message = `Recording: recordingStatusCallback must be absolute: ${url}`;
    return scene.call.problem({ code: 11_100, level: 'error', message });
  }
  const target = readCallback(scene, url, attributes.recordingStatusCallbackMethod);
  const events = readRecordingEvents([attributes.recordingStatusCallbackEvent ?? '']);
  const callback = target && { ...target, events };
  scene.call.network.startRecording(scene.call, { source: 'StartCallRecordingTwiML', track, channels: 2, callback });
}

function startTranscription(scene: VerbScene, noun: TwimlElement): void {
  warnOfStrangers(scene, noun, transcriptionAttributes);
  const settings = readTranscriptionSettings(noun);
  if (!settings) return warn(scene, `value '${noun.attributes.track}' of attribute 'track' is not allowed`);
  const { statusCallbackUrl, statusCallbackMethod } = noun.attributes;
  transcribeCall(scene.call, { settings, callback: readCallback(scene, statusCallbackUrl, statusCallbackMethod) });
}

/** Null when there is none, or none that can be used, which is a problem of the call. */
function readCallback(scene: VerbScene, url: string | undefined, method: string | undefined) {
  if (url === undefined) return null;
  const source = toSource(scene, { url, method, kind: 'action' });
  if (source.type !== 'failed') return { url: source.url, method: source.method };
  scene.call.problem({ code: source.code, level: 'error', message: source.message });
  return null;
}

function warnOfStrangers(scene: VerbScene, noun: TwimlElement, allowed: readonly string[]): void {
  for (const name of Object.keys(noun.attributes)) {
    if (!allowed.includes(name)) warn(scene, `attribute '${name}' is not allowed in element '${noun.name}'`);
  }
}

function warn({ call }: VerbScene, message: string): void {
  call.problem({ code: 12_200, level: 'warning', message: `Schema validation warning: ${message}` });
}
