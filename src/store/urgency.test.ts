import { expect, test } from 'vitest';
import { inBackground, urgencyNow, whileAwaited } from './urgency.ts';

test('what nobody waits for is in the background', () => {
  expect(urgencyNow()).toBe('background');
});

test('work is as urgent as the answer that it is for, through all that it waits for', async () => {
  const seen = await whileAwaited('request', async () => {
    const before = urgencyNow();
    await Promise.resolve();
    const inside = await whileAwaited('carrier', async () => urgencyNow());
    return [before, inside, urgencyNow()];
  });
  expect(seen).toEqual(['request', 'carrier', 'request']);
  expect(urgencyNow()).toBe('background');
});

test('work that goes on after the answer was given, or refused, is no longer urgent', async () => {
  const answered = Promise.withResolvers<void>();
  const goOn = async () => {
    const before = urgencyNow();
    await answered.promise;
    return [before, urgencyNow()];
  };
  let goingOn: Promise<string[]>[] = [];
  await whileAwaited('carrier', async () => {
    goingOn = [goOn()];
  });
  const refused = whileAwaited('request', async () => {
    goingOn = [...goingOn, goOn()];
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  answered.resolve();
  expect(await Promise.all(goingOn)).toEqual([
    ['carrier', 'background'],
    ['request', 'background'],
  ]);
});

test('what is said to be in the background is so at once, and to its end', async () => {
  const seen = await whileAwaited('request', async () => {
    const apart = inBackground(async () => {
      const before = urgencyNow();
      await Promise.resolve();
      return [before, urgencyNow()];
    });
    return [...(await apart), urgencyNow()];
  });
  expect(seen).toEqual(['background', 'background', 'request']);
});
