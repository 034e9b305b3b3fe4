import { expect, test } from 'vitest';
import { describeTarget, toUnreachable } from './why-unreachable.ts';

test.each([
  ['postgres://me:secret@db.example.org:6000/calls?sslmode=require', 'db.example.org:6000/calls'],
  ['postgresql://me:secret@db/calls', 'db:5432/calls'],
  ['postgres:///calls?host=/run/postgresql&password=secret', '/run/postgresql:5432/calls'],
])('shows of %s only where it leads', (url, shown) => {
  expect(describeTarget(url)).toBe(shown);
});

test.each(['', 'secret', 'mysql://me:secret@db/calls', 'postgres://me:secret@db:port/calls'])(
  'refuses %j without repeating it',
  (url) => {
    const thrown = (() => {
      try {
        return describeTarget(url);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({ code: 'store/unreachable', message: expect.stringMatching(/^DATABASE_URL is not/) });
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain('secret');
  },
);

test('gives the reason of the first of several addresses', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  expect(toUnreachable(new AggregateError([refused, refused]), 'db:5432/calls').message).toBe(
    'Cannot use the Postgres server at db:5432/calls: nothing listens there.',
  );
});
