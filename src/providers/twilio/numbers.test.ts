import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import type { Carrier } from '../../ports/carrier.ts';
import { account, carrierOn, type FarSide, json, publicUrl, startFarSide, twilioError } from './testing/far-side.ts';

const number = '+15551234567';
const wanted = { number, voicePath: '/twiml', statusPath: '/api/call-status' };
const own = { sid: 'PN1', phone_number: number };

describe('the webhooks of a number', () => {
  let farSide: FarSide;
  let carrier: Carrier;
  beforeEach(async () => {
    farSide = await startFarSide();
    carrier = carrierOn(farSide.url, createFakeClock());
  });
  afterEach(() => farSide.close());

  it('are set on that very number, and in place of an application', async () => {
    const longer = { sid: 'PN2', phone_number: `${number}8` };
    farSide.answer = (response, asked) => {
      json(200, asked.method === 'GET' ? { incoming_phone_numbers: [longer, own] } : own)(response, asked);
    };
    expect(await carrier.setNumberWebhooks(wanted)).toBe('set');
    const [search, update] = farSide.asked;
    expect([search?.method, search?.path]).toEqual([
      'GET',
      `${account}/IncomingPhoneNumbers.json?PhoneNumber=%2B15551234567`,
    ]);
    expect([update?.method, update?.path]).toEqual(['POST', `${account}/IncomingPhoneNumbers/PN1.json`]);
    expect([...(update?.form ?? [])]).toEqual([
      ['VoiceUrl', `${publicUrl}/twiml#rc=3&rp=ct,rt,5xx`],
      ['VoiceMethod', 'POST'],
      ['StatusCallback', `${publicUrl}/api/call-status#rc=3&rp=ct,rt,5xx`],
      ['StatusCallbackMethod', 'POST'],
      ['VoiceApplicationSid', ''],
    ]);
  });

  it('are left alone when the account has no such number, or no longer', async () => {
    farSide.answer = json(200, { incoming_phone_numbers: [] });
    expect(await carrier.setNumberWebhooks(wanted)).toBe('not-ours');
    expect(farSide.asked).toHaveLength(1);
    farSide.answer = (response, asked) => {
      const answer =
        asked.method === 'GET' ? json(200, { incoming_phone_numbers: [own] }) : twilioError(404, 20404, '');
      answer(response, asked);
    };
    expect(await carrier.setNumberWebhooks(wanted)).toBe('not-ours');
  });

  it.each([
    ['us', { voice_url: `${publicUrl}/twiml#rc=3&rp=ct,rt,5xx`, voice_application_sid: '' }],
    ['us', { voice_url: `${publicUrl}/twiml` }],
    ['another', { voice_url: `${publicUrl}/other` }],
    ['another', { voice_url: `${publicUrl}/twiml`, voice_application_sid: 'AP1' }],
    ['another', { voice_url: null }],
    ['not-ours', { phone_number: `${number}8` }],
  ])('lead to %s where they are %o, and are only looked at', async (whom, fields) => {
    farSide.answer = json(200, { incoming_phone_numbers: [{ ...own, ...fields }] });
    expect(await carrier.findNumberWebhook({ number, voicePath: '/twiml' })).toBe(whom);
    expect(farSide.asked.map(({ method }) => method)).toEqual(['GET']);
  });

  it.each([
    ['says no', twilioError(401, 20003, 'Authenticate')],
    ['is a proxy', json(404, {})],
    ['names a SID that would lead elsewhere', json(200, { incoming_phone_numbers: [{ ...own, sid: 'PN1/../x' }] })],
  ])('are not known to be set when the other side %s', async (_, answer) => {
    farSide.answer = answer;
    await expect(carrier.setNumberWebhooks(wanted)).rejects.toMatchObject({ code: 'carrier/unavailable' });
  });
});
