import { expect, it } from 'vitest';
import type { SimulatedCallRecord } from '../simulator/call-record.ts';
import { parsePerson } from '../simulator/person/parse-person.ts';
import { createTestNumber, type TestNumberParts } from './test-number.ts';

const person = parsePerson('caller', 'listens');
const ends = (assistantId: number) => ({ number: `+1212555010${assistantId}`, person, assistantId });
const number = '+15005550006';
const never = new Promise<never>(() => {});

const recordOf = (heard: string[]) => ({ heard: heard.map((text) => ({ text })) }) as unknown as SimulatedCallRecord;

/** Writes down what is asked for; calls are named by who makes them. */
function open(parts: Partial<TestNumberParts> = {}, ended: Promise<SimulatedCallRecord> = never) {
  const asked: string[] = [];
  const testNumber = createTestNumber({
    number,
    async ask(method, path, body) {
      asked.push(`${method} ${path} ${JSON.stringify(body)}`);
      return { id: 'n1' };
    },
    simulator: {
      dialIn(order) {
        asked.push(`${order.from} calls ${order.to}`);
        return { sid: order.from } as SimulatedCallRecord;
      },
      whenCallEnds: () => ended,
    },
    findCall: async (sid) => `call of ${sid}`,
    whenTaken: async () => {},
    ...parts,
  });
  return { asked, testNumber };
}

it('the number is another assistant’s only when the call before was taken', async () => {
  const taken = Promise.withResolvers<void>();
  const { asked, testNumber } = open({ whenTaken: () => taken.promise });
  const calls = [testNumber.callIn(ends(1)), testNumber.callIn(ends(2))];
  const untilThen = [
    `POST /v1/phone-numbers {"number":"${number}","assistant_id":1}`,
    'POST /v1/phone-numbers/sync {}',
    `+12125550101 calls ${number}`,
  ];
  await expect.poll(() => asked).toEqual(untilThen);
  taken.resolve();
  expect(await Promise.all(calls)).toEqual(['call of +12125550101', 'call of +12125550102']);
  const later = ['PATCH /v1/phone-numbers/n1 {"assistant_id":2}', `+12125550102 calls ${number}`];
  expect(asked).toEqual([...untilThen, ...later]);
});

it('a call that nobody took is told with what the person heard, and the next one comes in all the same', async () => {
  const heard = recordOf(['Sorry.', ' Goodbye.']);
  const { testNumber } = open(
    { whenTaken: () => never, findCall: async (sid) => (sid.endsWith('1') ? null : 'call_2') },
    Promise.resolve(heard),
  );
  const calls = [testNumber.callIn(ends(1)), testNumber.callIn(ends(2))];
  await expect(calls[0]).rejects.toThrow('the call was not taken; the person heard "Sorry. Goodbye."');
  expect(await calls[1]).toBe('call_2');
});
