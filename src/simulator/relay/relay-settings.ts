/** Reads the attributes of <ConversationRelay>, with Twilio's answer to values it does not know. */
import type { TwimlElement } from '../twiml/parse-twiml.ts';
import type { Interruption } from '../voice.ts';

export interface RelaySettings {
  url: string;
  welcomeGreeting: string;
  welcomeGreetingInterruptible: Interruption;
  interruptible: Interruption;
  reportInputDuringAgentSpeech: Interruption;
  preemptible: boolean;
  dtmfDetection: boolean;
  partialPrompts: boolean;
  speakerEvents: boolean;
  tokensPlayed: boolean;
  /** What the person's speech is written down in. */
  transcriptionLanguage: string;
  parameters: Record<string, string>;
}

export type RelaySettingsResult =
  | { ok: true; settings: RelaySettings; warnings: string[] }
  | { ok: false; code: number; message: string };

const plainAttributes = [
  ...['url', 'welcomeGreeting', 'welcomeGreetingInterruptible', 'language', 'ttsLanguage', 'transcriptionLanguage'],
  ...['ttsProvider', 'voice', 'transcriptionProvider', 'speechModel', 'interruptible', 'interruptSensitivity'],
  ...['dtmfDetection', 'reportInputDuringAgentSpeech', 'preemptible', 'partialPrompts', 'profanityFilter', 'hints'],
  ...['debug', 'elevenlabsTextNormalization', 'intelligenceService', 'deepgramSmartFormat', 'deepgramsmartformat'],
  ...['speechTimeout', 'speechtimeout', 'ignoreBackchannel', 'ignorebackchannel', 'backgroundNoiseReduction'],
  ...['backgroundnoisereduction', 'events', 'turnDetection', 'turndetection'],
];
const speakers = ['Google', 'Amazon', 'ElevenLabs'];
const transcribers = ['Google', 'Deepgram'];

/** Stops the reading at the first value that Twilio refuses. */
class InvalidValue extends Error {}

function toInterruption(text: string | undefined, fallback: Interruption): Interruption {
  if (text === undefined) return fallback;
  if (text === 'true') return 'any';
  if (text === 'false') return 'none';
  if (text === 'none' || text === 'dtmf' || text === 'speech' || text === 'any') return text;
  throw new InvalidValue(`Invalid value ${text}: use none, dtmf, speech or any`);
}

function toBoolean(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new InvalidValue(`Invalid value ${text}: use true or false`);
}

function checkOneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw new InvalidValue(`Invalid values (${value}) for ${name} settings: use one of ${allowed.join(', ')}`);
  }
}

function checkLanguage(text: string): string {
  if (!/^(multi|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$/.test(text)) throw new InvalidValue(`Invalid language ${text}`);
  return text;
}

function readParameters(element: TwimlElement): Record<string, string> {
  const parameters = element.children.filter((child) => child.name === 'Parameter');
  return Object.fromEntries(parameters.map(({ attributes }) => [attributes.name ?? '', attributes.value ?? '']));
}

export function parseRelaySettings(element: TwimlElement): RelaySettingsResult {
  const given = element.attributes;
  const unknown = Object.keys(given).filter((name) => !plainAttributes.includes(name));
  const strangers = element.children.filter(({ name }) => name !== 'Parameter' && name !== 'Language');
  const warnings = [
    ...unknown.map((name) => `Attribute '${name}' is not allowed in element 'ConversationRelay'`),
    ...strangers.map(({ name }) => `Element '${name}' is not allowed in element 'ConversationRelay'`),
  ];
  try {
    checkOneOf('tts', given.ttsProvider, speakers);
    checkOneOf('stt', given.transcriptionProvider, transcribers);
    const language = checkLanguage(given.language ?? 'en-US');
    checkLanguage(given.ttsLanguage ?? language);
    const debug = (given.debug ?? '').split(/\s+/);
    const settings: RelaySettings = {
      url: checkSocketUrl(given.url),
      welcomeGreeting: given.welcomeGreeting ?? '',
      welcomeGreetingInterruptible: toInterruption(given.welcomeGreetingInterruptible, 'any'),
      interruptible: toInterruption(given.interruptible, 'any'),
      reportInputDuringAgentSpeech: toInterruption(given.reportInputDuringAgentSpeech, 'none'),
      preemptible: toBoolean(given.preemptible),
      dtmfDetection: toBoolean(given.dtmfDetection),
      partialPrompts: toBoolean(given.partialPrompts),
      speakerEvents: debug.includes('speaker-events'),
      tokensPlayed: debug.includes('tokens-played'),
      transcriptionLanguage: checkLanguage(given.transcriptionLanguage ?? language),
      parameters: readParameters(element),
    };
    return { ok: true, settings, warnings };
  } catch (error) {
    if (error instanceof InvalidValue) return { ok: false, code: 64101, message: error.message };
    throw error;
  }
}

/** Twilio takes only wss; a phone network on one machine also takes ws. */
function checkSocketUrl(text: string | undefined): string {
  const url = URL.parse(text ?? '');
  if (!url || !['wss:', 'ws:'].includes(url.protocol)) throw new InvalidValue(`Invalid url ${text ?? ''}: use wss://…`);
  return text ?? '';
}
