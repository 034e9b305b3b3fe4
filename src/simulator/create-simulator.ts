/** A phone network in a box: speaks Twilio's protocol over HTTP and WebSockets, with people at the other end. */
import type { AddressInfo } from 'node:net';
import type { Synthesize } from '../audio/spoken-sound.ts';
import type { Clock } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { SimulatedCallRecord, SimulatorEvent } from './call-record.ts';
import type { Faults } from './faults.ts';
import { createHttpOutside } from './http-outside.ts';
import type { Person } from './person/person.ts';
import { loadReadyPeople } from './person/ready-people.ts';
import { type InboundOrder, PhoneNetwork, type SimulatedAccount } from './phone-network.ts';
import { createHttpServer } from './serve-http.ts';

export interface SimulatorOptions {
  clock: Clock;
  random: Random;
  log: Logger;
  /** 127.0.0.1 unless told. */
  host?: string;
  /** 0 (unless told) takes any free one. */
  port?: number;
  account: SimulatedAccount;
  /** How many calls start in a second; 1 unless told, may be `Infinity`. */
  callsPerSecond?: number;
  /** From being dialled to the first ring; 1300 unless told. */
  firstRingMs?: number;
  /** Who answers at which number, besides the ready people at theirs. */
  people?: Record<string, Person>;
  /** Who answers everywhere else; Sarah Johnson unless told. */
  defaultPerson?: Person;
  /** The voices of people; murmurs of speech's length unless told. */
  synthesize?: Synthesize;
  faults?: Faults;
}

export interface Simulator {
  /** Takes its port; the URL is what applications use in place of https://api.twilio.com. */
  start(): Promise<{ url: string }>;
  /** Ends every call at once without telling anybody, and leaves no timer and no socket behind. */
  stop(): Promise<void>;
  setPerson(number: string, person: Person): void;
  /** Replaces all planned faults. @throws ZodError when they make no sense */
  setFaults(faults: Faults): void;
  /** The truth about every call, oldest first; the last 10,000 are kept. */
  calls(): SimulatedCallRecord[];
  /** Lets somebody call one of the account's numbers. @throws CallwrightError `simulator/no-such-number` */
  dialIn(order: InboundOrder): SimulatedCallRecord;
  /** The account's own numbers, and whether anybody is asked when one is called. */
  numbers(): { number: string; is_answered: boolean }[];
  /** Gives back what ends the listening. */
  onEvent(listener: (event: SimulatorEvent) => void): () => void;
  /** @throws CallwrightError `simulator/no-such-call` */
  whenCallEnds(sid: string): Promise<SimulatedCallRecord>;
}

export function createSimulator(options: SimulatorOptions): Simulator {
  const { clock, random, log, account, host = '127.0.0.1' } = options;
  const ready = loadReadyPeople();
  const people = new Map(ready.map(({ number, person }) => [number, person]));
  for (const [number, person] of Object.entries(options.people ?? {})) people.set(number, person);
  const defaultPerson = options.defaultPerson ?? ready[0]?.person;
  if (!defaultPerson) throw new CallwrightError('simulator/nobody', 'there is no person to answer calls');
  const outside = createHttpOutside(clock);
  const network = new PhoneNetwork({
    ...{ clock, random, outside, account, people, defaultPerson },
    callsPerSecond: options.callsPerSecond ?? 1,
    ...(options.firstRingMs === undefined ? {} : { firstRingMs: options.firstRingMs }),
    ...(options.synthesize ? { synthesize: options.synthesize } : {}),
    faults: options.faults ?? {},
  });
  const server = createHttpServer(network, log);
  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port ?? 0, host, () => {
          const { port } = server.address() as AddressInfo;
          network.apiBaseUrl = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
          resolve({ url: network.apiBaseUrl });
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        network.stop();
        outside.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    setPerson: (number, person) => network.setPerson(number, person),
    setFaults: (faults) => network.setFaults(faults),
    calls: () => network.records(),
    dialIn: (order) => network.dialIn(order).record,
    numbers: () => network.numbers.map(({ number, voice }) => ({ number, is_answered: voice !== null })),
    onEvent: (listener) => network.onEvent(listener),
    async whenCallEnds(sid) {
      const call = network.find(sid);
      if (!call) throw new CallwrightError('simulator/no-such-call', `there is no call ${sid}`);
      return call.whenOver;
    },
  };
}
