/** The number of a test server that people call: one assistant after another answers there. */
import { CallwrightError } from '../base/errors.ts';
import type { Simulator } from '../simulator/create-simulator.ts';
import type { CallEnds } from '../suite/run-suite.ts';

export interface TestNumberParts {
  number: string;
  simulator: Pick<Simulator, 'dialIn' | 'whenCallEnds'>;
  /** @throws CallwrightError when the answer is not a success */
  ask(method: 'POST' | 'PATCH', path: string, body: object): Promise<{ id: string | number }>;
  /** The id of the call that the carrier calls so; null when the server did not take it. */
  findCall(sid: string): Promise<string | null>;
  /** Settles when the server was heard to take the call that the carrier calls so. */
  whenTaken(sid: string): Promise<void>;
}

export function createTestNumber(parts: TestNumberParts): { callIn(ends: CallEnds): Promise<string> } {
  let numberId: string | null = null;
  let before: Promise<unknown> = Promise.resolve();

  const giveTo = async (assistantId: number) => {
    if (numberId !== null) {
      await parts.ask('PATCH', `/v1/phone-numbers/${numberId}`, { assistant_id: assistantId });
      return;
    }
    const { id } = await parts.ask('POST', '/v1/phone-numbers', { number: parts.number, assistant_id: assistantId });
    await parts.ask('POST', '/v1/phone-numbers/sync', {});
    numberId = String(id);
  };

  const take = async ({ number: from, person, assistantId }: CallEnds): Promise<string> => {
    await giveTo(assistantId);
    const { sid } = parts.simulator.dialIn({ from, to: parts.number, person });
    const ended = parts.simulator.whenCallEnds(sid);
    await Promise.race([parts.whenTaken(sid), ended]);
    const id = await parts.findCall(sid);
    if (id !== null) return id;
    const { heard } = await ended;
    const words = heard.map(({ text }) => text.trim()).join(' ');
    throw new CallwrightError('suite/not-taken', `the call was not taken; the person heard ${JSON.stringify(words)}`);
  };

  return {
    // Who answers is asked when a call comes in, so the next person calls only when this one's call is taken.
    callIn(ends) {
      const taken = before.then(() => take(ends));
      before = taken.catch(() => {});
      return taken;
    },
  };
}
