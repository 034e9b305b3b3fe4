import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../base/log.ts';
import { paths } from './testing/far-side.ts';
import { writeTwiml } from './twiml.ts';
import { createRoutes } from './webhooks.ts';

const context = { publicUrl: 'https://voice.example.test', log: silentLogger };
const routes = createRoutes(paths, context);
const CallSid = 'CA5f1c0de000000000000000000000a001';

const post = (path: string, form: Record<string, string>) => ({
  ...{ method: 'POST', path: `${path}?callId=call_1`, headers: {} },
  body: new URLSearchParams({ CallSid, ...form }).toString(),
});

describe('a person who is handed over', () => {
  it.each([
    [{ DialCallStatus: 'completed', DialBridged: 'true', DialCallDuration: '61' }, 'connected', 61],
    [{ DialCallStatus: 'completed', DialBridged: 'false' }, 'declined', null],
    [{ DialCallStatus: 'answered' }, 'connected', null],
    [{ DialCallStatus: 'busy' }, 'busy', null],
    [{ DialCallStatus: 'no-answer' }, 'no_answer', null],
    [{ DialCallStatus: 'canceled' }, 'canceled', null],
    [{ DialCallStatus: 'something new' }, 'failed', null],
    [{}, 'failed', null],
  ])('%j is told as %s', (form, result, legSeconds) => {
    const told = routes.transferOver.parse(post(paths.transferOver, form));
    expect(told).toMatchObject({ type: 'transfer-over', carrierSid: CallSid, result, legSeconds });
  });

  it('the line of the colleague tells its status, and what is answered to the briefing', () => {
    const leg = routes.transferLeg.parse(post(paths.transferLeg, { CallStatus: 'in-progress' }));
    expect(leg).toMatchObject({ type: 'transfer-leg-changed', status: 'in_progress' });
    expect(routes.transferLeg.parse(post(paths.transferLeg, { CallStatus: 'odd' }))).toBeNull();
    expect(routes.briefing.parse(post(paths.briefing, {}))).toMatchObject({ type: 'briefing-wanted' });
    const answer = routes.briefingAnswer.parse(post(paths.briefingAnswer, { Digits: '1', SpeechResult: 'Yes.' }));
    expect(answer).toMatchObject({ type: 'briefing-answered', keys: '1', words: 'Yes.' });
    const bare = { method: 'POST', path: paths.briefing, headers: {}, body: '' };
    expect(routes.briefing.parse(bare)).toBeNull();
  });

  it('is connected by <Dial>, with a whisper where there is a briefing', () => {
    const ends = { number: '+12125550150', from: '+12125550100', ringSeconds: 20, maxSeconds: 3600 };
    const told = { afterPath: '/over?callId=call_1', statusPath: '/leg?callId=call_1' };
    const write = (briefingPath: string | null) =>
      writeTwiml([{ type: 'connect-to', ...ends, ...told, briefingPath }], context);
    expect(write(null)).toMatch(
      /<Dial action="https:\/\/voice\.example\.test\/over[^"]*" callerId="\+12125550100" timeout="20" timeLimit="3600"><Number statusCallback="[^"]*\/leg[^"]*" statusCallbackEvent="answered completed">\+12125550150<\/Number><\/Dial>/,
    );
    expect(write('/brief')).toContain('<Number url="https://voice.example.test/brief');
  });

  it('a briefing is said twice, and then hung up', () => {
    const xml = writeTwiml([{ type: 'brief', text: 'A <call>.', language: 'en-US', answerPath: '/answer' }], context);
    expect(xml.match(/<Gather input="dtmf speech"/g)).toHaveLength(2);
    expect(xml).toContain('<Say language="en-US">A &lt;call&gt;.</Say>');
    expect(xml).toMatch(/<Hangup\/><\/Response>$/);
  });
});
