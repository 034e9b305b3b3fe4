import { createHash } from 'node:crypto';
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { type SignedParameters, signTwilioRequest } from './twilio-signature.ts';

const token = 'test-auth-token-000000000000000000';
const host = 'voice.example.test';

interface Vector {
  what: string;
  token: string;
  url: string;
  parameters: SignedParameters;
  signature: string;
}

const vectors: Vector[] = [
  {
    what: 'the documented classic',
    token: '12345',
    url: 'https://example.com/myapp.php?foo=1&bar=2',
    parameters: {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    },
    signature: 'L/OH5YylLD5NRKLltdqwSvS0BnU=',
  },
  {
    what: 'a status callback',
    token,
    url: `https://${host}/hooks/twilio/status?job=42`,
    parameters: {
      AccountSid: `AC${'0'.repeat(32)}`,
      CallSid: `CA${'1'.repeat(32)}`,
      CallStatus: 'completed',
      SequenceNumber: '3',
      From: '+15005550006',
      To: '+15005550100',
      CallDuration: '17',
    },
    signature: 'zu1KBBB2ukyNiNOA73t90Q0GJ1A=',
  },
  { what: 'a socket', token, url: `wss://${host}/media`, parameters: {}, signature: 'peLshtVXcKaI/Yvj5r36vUlnaEM=' },
  {
    what: 'a socket with a slash at the end',
    token,
    url: `wss://${host}/media/`,
    parameters: {},
    signature: 'RxXb3d5OFliXFekNJJEnHGZqJsQ=',
  },
  {
    what: 'a repeated name',
    token,
    url: `https://${host}/x`,
    parameters: { Tag: ['b', 'a', 'b'], Zed: '1' },
    signature: '5Neajxw6Py8IFecJ8QDldV/2McE=',
  },
  {
    what: 'a GET',
    token,
    url: `https://${host}/x?CallSid=CA1&From=%2B1500`,
    parameters: {},
    signature: 'RA2RHrR9zWmnN2OVzYICgVxPZKY=',
  },
  {
    what: 'a JSON body named by its hash in the query',
    token,
    url: `https://${host}/hooks/debugger?bodySHA256=${createHash('sha256').update('{"hello":"wörld"}').digest('hex')}`,
    parameters: {},
    signature: 'xlUvpsNgEDccv8G/RMIZedYGYAk=',
  },
];

describe('the signature', () => {
  it.each(vectors)('matches the published vector for $what', (vector) => {
    expect(signTwilioRequest(vector.token, vector.url, vector.parameters)).toBe(vector.signature);
  });

  it('leaves out the fragment and the user name and password', () => {
    const plain = signTwilioRequest(token, `https://${host}/x?a=@b`);
    expect(signTwilioRequest(token, `https://user:pw@${host}/x?a=@b#rc=3`)).toBe(plain);
  });

  it('is accepted by the twilio package for any parameters', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (parameters) => {
        const url = `https://${host}/hook?x=1`;
        const plain = { ...parameters };
        expect(twilio.validateRequest(token, signTwilioRequest(token, url, plain), url, plain)).toBe(true);
      }),
    );
  });
});
