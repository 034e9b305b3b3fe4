/** The simulator's own API under /simulator: who answers where, incoming calls, faults, and the truth about all calls. */
import { z } from 'zod';
import { CallwrightError } from '../base/errors.ts';
import { faultsSchema } from './faults.ts';
import { BadPersonScript, parsePerson } from './person/parse-person.ts';
import type { Person } from './person/person.ts';
import type { PhoneNetwork } from './phone-network.ts';
import { isAuthorized } from './rest/rest-api.ts';
import { json, type RestAnswer, type RestRequest } from './rest/rest-exchange.ts';

export const controlRoot = '/simulator/';

const inboundCall = z.strictObject({
  from: z.string().regex(/^\+[1-9]\d{6,14}$/),
  to: z.string(),
  /** Name of a ready person, or a script. */
  person: z.union([z.strictObject({ name: z.string() }), z.strictObject({ script: z.string() })]),
});

class ControlRefusal extends CallwrightError {
  readonly status: number;
  constructor(status: number, code: `${string}/${string}`, message: string) {
    super(code, message);
    this.status = status;
  }
}

function refuse(status: number, code: string, message: string): RestAnswer {
  return json({ code, message }, status);
}

/** Never throws for a request, however wrong. */
export function answerControl(network: PhoneNetwork, request: RestRequest): RestAnswer {
  if (!isAuthorized(network, request.authorization)) {
    return refuse(401, 'simulator/unauthorized', 'give the account SID and auth token by Basic authentication');
  }
  try {
    return route(network, request);
  } catch (error) {
    if (error instanceof ControlRefusal) return refuse(error.status, error.code, error.message);
    if (error instanceof CallwrightError) return refuse(400, error.code, error.message);
    if (error instanceof z.ZodError) return refuse(400, 'simulator/bad-request', z.prettifyError(error));
    if (error instanceof SyntaxError) return refuse(400, 'simulator/bad-request', `not JSON: ${error.message}`);
    throw error;
  }
}

function route(network: PhoneNetwork, { method, path, body }: RestRequest): RestAnswer {
  const number = /^\/simulator\/people\/([^/]+)$/.exec(path)?.[1];
  switch (`${method} ${number === undefined ? path : '/simulator/people/{number}'}`) {
    case 'GET /simulator/people':
      return json(Array.from(network.people(), ([at, { name, description }]) => ({ number: at, name, description })));
    case 'PUT /simulator/people/{number}':
      return setPerson(network, decodeURIComponent(number ?? ''), body);
    case 'GET /simulator/calls':
      return json(network.records());
    case 'PUT /simulator/faults':
      network.setFaults(faultsSchema.parse(JSON.parse(body)));
      return json({});
    case 'POST /simulator/inbound-calls': {
      const { from, to, person } = inboundCall.parse(JSON.parse(body));
      const caller = 'script' in person ? parsePerson('caller', person.script) : findPerson(network, person.name);
      return json({ sid: network.dialIn({ from, to, person: caller }).record.sid }, 201);
    }
    default:
      throw new ControlRefusal(404, 'simulator/not-found', `${method} ${path} is unknown`);
  }
}

function setPerson(network: PhoneNetwork, number: string, script: string): RestAnswer {
  if (!/^\+[1-9]\d{6,14}$/.test(number)) {
    throw new ControlRefusal(400, 'simulator/bad-number', `${number} is not a number like +14155550199`);
  }
  const person = parsePerson(number, script);
  network.setPerson(number, person);
  return json(person);
}

function findPerson(network: PhoneNetwork, name: string): Person {
  for (const person of network.people().values()) if (person.name === name) return person;
  const names = Array.from(network.people().values(), (person) => person.name).join(', ');
  throw new BadPersonScript(1, `nobody is called ${name}; there are: ${names}`);
}
