/** `callwright simulate`: runs the phone network and the vendors of speech alone, for the development of any Twilio voice application. */
import { createScriptedAssistant } from '../assistant/scripted-assistant/scripted-assistant.ts';
import { createFastClock, systemClock } from '../base/clock.ts';
import { createLogger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { SpeechConfig } from '../config/speech.ts';
import type { SimulatorEvent } from '../simulator/call-record.ts';
import { createSimulator } from '../simulator/create-simulator.ts';
import { loadReadyPeople } from '../simulator/person/ready-people.ts';
import { createFliteVoice } from '../simulator/voices/flite-voice.ts';
import { newSid } from '../simulator/wire-values.ts';
import { openSimulatedSpeech } from '../wiring/open-simulated-speech.ts';

export interface SimulateOptions {
  /** 0 takes any free one. */
  port: number;
  /** Of the vendors of speech; 0 takes any free one. */
  vendorsPort: number;
  host: string;
  /** May be `Infinity`. */
  callsPerSecond: number;
  /** How many times faster than life everything goes; 1 is life. */
  speed: number;
  /** Random unless told. */
  accountSid?: string | undefined;
  /** Random unless told. */
  authToken?: string | undefined;
  /** Numbers of the account; +15005550006 unless told. */
  numbers?: readonly string[] | undefined;
}

const usualNumber = '+15005550006';

/** Resolves when it was stopped by SIGINT or SIGTERM. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const account = {
    sid: options.accountSid ?? newSid('AC', systemRandom),
    authToken: options.authToken ?? Buffer.from(systemRandom.bytes(16)).toString('hex'),
    numbers: options.numbers ?? [usualNumber],
  };
  const clock = options.speed === 1 ? systemClock : createFastClock(options.speed);
  const { synthesize, close } = createFliteVoice({ clock: systemClock });
  const simulator = createSimulator({
    ...{ clock, synthesize, random: systemRandom },
    log: createLogger({ level: 'warn', logPii: true, pretty: process.stdout.isTTY === true }),
    host: options.host,
    port: options.port,
    callsPerSecond: options.callsPerSecond,
    account,
  });
  const { url } = await simulator.start();
  const speech = await openSimulatedSpeech(
    { clock, random: systemRandom, overrides: {} },
    { model: createScriptedAssistant({ clock }), synthesize },
    { host: options.host, port: options.vendorsPort },
  );
  console.log([...introduce(url, account), ...introduceVendors(speech.config)].join('\n'));
  simulator.onEvent((event) => {
    const line = toLine(event);
    if (line !== null) console.log(line);
  });
  await stopSignal();
  await Promise.all([simulator.stop(), speech.stop()]);
  await close();
  console.log('The phone network has stopped.');
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function introduce(url: string, account: { sid: string; authToken: string; numbers: readonly string[] }): string[] {
  const people = loadReadyPeople().map(
    ({ number, person }) => `  ${number}  ${person.name.padEnd(22)} ${person.description}`,
  );
  return [
    'A phone network is running. Point an application at it:',
    '',
    `  TWILIO_API_BASE_URL=${url}`,
    `  TWILIO_ACCOUNT_SID=${account.sid}`,
    `  TWILIO_AUTH_TOKEN=${account.authToken}`,
    `  TWILIO_PHONE_NUMBER=${account.numbers.join(',')}`,
    '',
    'Who answers (every other number is answered by the first one):',
    ...people,
    '',
    `Put your own person at a number:  PUT ${url}/simulator/people/+14155550199  (a script, as in src/simulator/people)`,
    `Let somebody call the application: POST ${url}/simulator/inbound-calls`,
    `Read everything that happened:     GET ${url}/simulator/calls`,
    `Let things go wrong:               PUT ${url}/simulator/faults`,
    '',
  ];
}

/** Any key does there. */
function introduceVendors({ deepgram, elevenLabs, cartesia, openAi }: SpeechConfig): string[] {
  return [
    'So are vendors of speech, where the engines of an assistant can be tried without an account:',
    '',
    `  DEEPGRAM_BASE_URL=${deepgram?.baseUrl}      DEEPGRAM_API_KEY=simulated`,
    `  CARTESIA_BASE_URL=${cartesia?.baseUrl}      CARTESIA_API_KEY=simulated`,
    `  ELEVENLABS_BASE_URL=${elevenLabs?.baseUrl}  ELEVENLABS_API_KEY=simulated  ELEVENLABS_AGENT_ID=${elevenLabs?.agentId}`,
    `  OpenAI's speech and Realtime API, for other applications: ${openAi?.baseUrl}`,
    '',
  ];
}

/** What happened in one line; null for what is not worth one. */
function toLine(event: SimulatorEvent): string | null {
  const start = `${new Date(event.atMs).toISOString().slice(11, 23)} ${event.callSid.slice(-6)} `;
  switch (event.type) {
    case 'created':
      return `${start} new ${event.direction} call from ${event.from} to ${event.to}, ${event.person}`;
    case 'status':
      return `${start} ${event.status}`;
    case 'heard': {
      const { text, cutOff, end } = event.utterance;
      return `${start} application: ${text.trim()}${end === 'played' ? '' : ` … [${end}: ${cutOff.trim().slice(0, 60)}]`}`;
    }
    case 'said':
      return `${start} person:      ${event.text}`;
    case 'key':
      return `${start} ${event.by === 'person' ? 'person' : 'application'} pressed ${event.digit}`;
    case 'webhook': {
      const { kind, method, url, status, failure, parameters } = event.webhook;
      const { CallStatus, StreamEvent, RecordingStatus, TranscriptionEvent } = parameters;
      const state = kind === 'status' ? CallStatus : (StreamEvent ?? RecordingStatus ?? TranscriptionEvent);
      const about = state === undefined ? '' : ` (${state})`;
      return `${start} ${kind} webhook${about} ${method} ${url} → ${failure ?? status}`;
    }
    case 'problem':
      return `${start} ${event.problem.level} ${event.problem.code ?? 'simulator'}: ${event.problem.message}`;
  }
}
