import { describe, expect, it } from 'vitest';
import { parseInitiateBody } from './calls-initiate-body.ts';

const good = { assistant_id: 123, to_phone_number: '+15559876543' };
const nothingElse = { welcomeMessage: null, agenda: null, variables: {} };

describe('the body of a call to initiate', () => {
  it.each([
    ['only what is required', good],
    ['nulls', { ...good, welcome_message: null, agenda: null, variables: null }],
    ['fields nobody knows', { ...good, unknown: [1] }],
    ['a number in a string', { ...good, assistant_id: ' 123 ' }],
  ])('is taken with %s', (_, body) => {
    expect(parseInitiateBody(body)).toEqual({
      body: { assistantId: 123, toPhoneNumber: '+15559876543', ...nothingElse },
    });
  });

  const integer = 'Input should be a valid integer';
  it.each([
    ['assistant_id', undefined, 'Field required', 'missing'],
    ['assistant_id', null, integer, 'int_type'],
    ['assistant_id', true, integer, 'int_type'],
    ['assistant_id', [123], integer, 'int_type'],
    ['assistant_id', 'abc', `${integer}, unable to parse string as an integer`, 'int_parsing'],
    ['assistant_id', '', `${integer}, unable to parse string as an integer`, 'int_parsing'],
    ['assistant_id', 1.5, `${integer}, got a number with a fractional part`, 'int_from_float'],
    ['assistant_id', Number.POSITIVE_INFINITY, 'Input should be a finite number', 'finite_number'],
    ['to_phone_number', undefined, 'Field required', 'missing'],
    ['to_phone_number', 15559876543, 'Input should be a valid string', 'string_type'],
    ['to_phone_number', null, 'Input should be a valid string', 'string_type'],
    ['welcome_message', 7, 'Input should be a valid string', 'string_type'],
    ['agenda', {}, 'Input should be a valid string', 'string_type'],
    ['variables', 'text', 'Input should be a valid dictionary', 'dict_type'],
    ['variables', [], 'Input should be a valid dictionary', 'dict_type'],
  ])('with %s: %j is told what is wrong in the words of the documented service', (...[name, value, msg, type]) => {
    const body = { ...good, [name]: value };
    expect(parseInitiateBody(body)).toEqual({ problems: [{ loc: ['body', name], msg, type }] });
  });

  it('is told everything that is wrong at once, in the order of the fields', () => {
    expect(parseInitiateBody({ variables: 1 })).toEqual({
      problems: [
        { loc: ['body', 'assistant_id'], msg: 'Field required', type: 'missing' },
        { loc: ['body', 'to_phone_number'], msg: 'Field required', type: 'missing' },
        { loc: ['body', 'variables'], msg: 'Input should be a valid dictionary', type: 'dict_type' },
      ],
    });
  });

  it.each([
    [undefined, 'missing'],
    [null, 'model_attributes_type'],
    [[], 'model_attributes_type'],
    ['x', 'model_attributes_type'],
  ])('that is %j is none', (body, type) => {
    expect(parseInitiateBody(body)).toMatchObject({ problems: [{ loc: ['body'], type }] });
  });

  it.each([
    [{ welcome_message: 'a\0' }],
    [{ agenda: '\ud800' }],
    [{ variables: { deep: [{ 'a\udc00': 1 }] } }],
    [{ variables: { a: 'b\0' } }],
  ])('%j holds text that cannot be stored', (more) => {
    expect(parseInitiateBody({ ...good, ...more })).toMatchObject({ problems: [{ type: 'string_unicode' }] });
  });
});
