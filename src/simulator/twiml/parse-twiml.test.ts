import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTwiml, parseTwimlAnswer } from './parse-twiml.ts';

function codeOf(contentType: string | undefined, body: string): number | null {
  const result = parseTwimlAnswer(contentType, body);
  return result.ok ? null : result.code;
}

describe('a TwiML document', () => {
  it('is read into verbs with attributes, children and text', () => {
    const result = parseTwiml(
      '<?xml version="1.0"?><Response><Say voice="x">Hello <break/>there &amp; you</Say><Connect action="/a"><ConversationRelay url="wss://h/r"><Parameter name="n" value="v"/></ConversationRelay></Connect></Response>',
    );
    expect(result).toMatchObject({
      ok: true,
      verbs: [
        { name: 'Say', attributes: { voice: 'x' }, text: 'Hello there & you' },
        {
          name: 'Connect',
          attributes: { action: '/a' },
          children: [{ name: 'ConversationRelay', children: [{ attributes: { name: 'n', value: 'v' } }] }],
        },
      ],
    });
  });

  it.each([
    ['broken XML', 'text/xml', '<Response><Say>hi</Response>', 12100],
    ['two roots', 'text/xml', '<Response/><Response/>', 12100],
    ['another root', 'text/xml', '<Answer/>', 12100],
    ['an entity declaration', 'text/xml', '<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', 12100],
    ['a document type', 'text/xml', '<!DOCTYPE Response><Response/>', 12100],
    ['plain text', 'text/plain', 'hello', 12300],
    ['JSON', 'application/json', '{}', 12300],
    ['no content type', undefined, '<Response/>', 11200],
    ['an empty body', 'text/xml', '  ', 11770],
    ['a body over 64 kB', 'text/xml', `<Response><Say>${'a'.repeat(65_536)}</Say></Response>`, 11750],
  ])('gets Twilio’s code for %s', (...[, contentType, body, code]) => {
    expect(codeOf(contentType, body)).toBe(code);
  });

  it('may be empty inside and may carry a charset', () => {
    expect(codeOf('text/xml; charset=utf-8', '<Response/>')).toBeNull();
  });

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof parseTwiml(`<Response>${text}</Response>`).ok).toBe('boolean');
      }),
    );
  });
});
