import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../base/log.ts';
import type { CarrierInstruction } from '../../ports/carrier.ts';
import { writeTwiml } from './twiml.ts';

const head = '<?xml version="1.0" encoding="UTF-8"?>';
const write = (instruction: CarrierInstruction, publicUrl = 'https://voice.example.test') =>
  writeTwiml([instruction], { publicUrl, log: silentLogger });

const converse: CarrierInstruction & { type: 'converse-by-relay' } = {
  type: 'converse-by-relay',
  socketPath: '/relay/token-1',
  parameters: { customerName: "Sarah O'Brien", amount: '$250.00 & <more>' },
  afterPath: '/api/call-after?attempt=attempt_1',
  language: 'en-US',
  voice: { provider: 'Google', name: 'en-US-Chirp3-HD-Aoede' },
};

/** The document, and the names of parameters the log said were cut. */
function writeWithWarnings(parameters: Record<string, string>): { xml: string; cutNames: unknown } {
  let cutNames: unknown = [];
  const log = { ...silentLogger, warn: (fields: { pii?: Record<string, unknown> }) => (cutNames = fields.pii?.names) };
  return { xml: writeTwiml([{ ...converse, parameters }], { publicUrl: 'https://voice.example.test', log }), cutNames };
}

describe('a conversation by relay', () => {
  test('is one document with the socket, the voice, the parameters and what comes after', () => {
    expect(write(converse)).toBe(
      `${head}<Response><Connect action="https://voice.example.test/api/call-after?attempt=attempt_1#rc=3&amp;rp=ct,rt,5xx">` +
        '<ConversationRelay url="wss://voice.example.test/relay/token-1" language="en-US" ttsProvider="Google"' +
        ' voice="en-US-Chirp3-HD-Aoede" interruptible="any" dtmfDetection="true" debug="speaker-events tokens-played">' +
        `<Parameter name="customerName" value="Sarah O'Brien"/>` +
        '<Parameter name="amount" value="$250.00 &amp; &lt;more&gt;"/>' +
        '</ConversationRelay></Connect></Response>',
    );
  });

  test('names no voice when none was chosen, and goes by ws where the public URL is plain http', () => {
    const xml = write({ ...converse, voice: null, parameters: {} }, 'http://localhost:3000');
    expect(xml).toContain('<ConversationRelay url="ws://localhost:3000/relay/token-1" language="en-US" interruptible');
    expect(xml).not.toMatch(/voice=|ttsProvider=/);
  });

  test('a parameter over 500 characters is cut and the log says so; a shorter one is whole', () => {
    const { xml, cutNames } = writeWithWarnings({ long: 'x'.repeat(600), fits: 'y'.repeat(496) });
    expect(xml).toContain(`name="long" value="${'x'.repeat(496)}"`);
    expect(xml).toContain(`name="fits" value="${'y'.repeat(496)}"`);
    expect(cutNames).toEqual(['long']);
  });

  test('no character is cut in half, and one that XML forbids is dropped without a warning', () => {
    const { xml, cutNames } = writeWithWarnings({ a: `${'x'.repeat(498)}😀`, b: 'bell\u0007' });
    expect(xml).toContain(`value="${'x'.repeat(498)}"/>`);
    expect(xml).toContain('name="b" value="bell"');
    expect(cutNames).toEqual(['a']);
  });

  test('however many parameters there are, the document stays below 64 kB', () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`p${at}`, '"'.repeat(450)]));
    const thin = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [at.toString(36), '']));
    const endless = { ['n'.repeat(70_000)]: '', '': 'nameless' };
    for (const parameters of [wide, thin, endless]) {
      const { xml, cutNames } = writeWithWarnings(parameters);
      expect(Buffer.byteLength(xml)).toBeLessThan(65_536);
      expect(cutNames).not.toEqual([]);
    }
  });

  test('a path that was not escaped is our mistake and is refused', () => {
    for (const socketPath of ['relay', '/a b', '/a#b', '/ä', '/a"b']) {
      expect(() => write({ ...converse, socketPath })).toThrow(expect.objectContaining({ code: 'carrier/bad-path' }));
    }
  });
});

const stream: CarrierInstruction & { type: 'stream-audio' } = {
  type: 'stream-audio',
  socketPath: '/streams',
  parameters: { To: '+15551234567', From: '+15559876543' },
  afterPath: null,
};
const all = (...instructions: CarrierInstruction[]) =>
  writeTwiml(instructions, { publicUrl: 'https://your-server.com', log: silentLogger });

describe('a stream of sound', () => {
  test('is the document that the webhook of dialect D shows', () => {
    const shown = `<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Connect>
    <Stream url="wss://your-server.com/streams">
      <Parameter name="To" value="+15551234567"/>
      <Parameter name="From" value="+15559876543"/>
    </Stream>
  </Connect>
</Response>`;
    expect(all(stream)).toBe(shown.replaceAll(/\n\s*/g, ''));
  });

  test('asks what comes after where that was said', () => {
    expect(all({ ...stream, parameters: {}, afterPath: '/api/call-after?callId=call_1' })).toBe(
      `${head}<Response><Connect action="https://your-server.com/api/call-after?callId=call_1#rc=3&amp;rp=ct,rt,5xx">` +
        '<Stream url="wss://your-server.com/streams"/></Connect></Response>',
    );
  });

  test('has no query in its address, since Twilio would drop it', () => {
    const badPath = expect.objectContaining({ code: 'carrier/bad-path' });
    expect(() => all({ ...stream, socketPath: '/streams?token=1' })).toThrow(badPath);
  });

  test('a value over 500 characters with its name is cut', () => {
    const xml = all({ ...stream, parameters: { note: 'x'.repeat(600) } });
    expect(xml).toContain(`name="note" value="${'x'.repeat(496)}"/>`);
  });

  test('values are data, whatever they look like', () => {
    const xml = all({ ...stream, parameters: { From: '"/><Dial>+19005550100</Dial>' } });
    expect(xml).toContain('value="&quot;/&gt;&lt;Dial&gt;+19005550100&lt;/Dial&gt;"/>');
  });
});

describe('several instructions', () => {
  const record: CarrierInstruction & { type: 'record-call' } = {
    type: 'record-call',
    recordingPath: '/api/call-recording?callId=call_1',
    transcriptPath: '/api/call-transcript?callId=call_1',
  };
  const overrides = '#rc=3&amp;rp=ct,rt,5xx';

  test('are one document in their order: recording and transcription, the stream, the end', () => {
    const socketPath = '/media-stream/98765/call_1';
    expect(all(record, { ...stream, socketPath, parameters: {} }, { type: 'hang-up' })).toBe(
      `${head}<Response>` +
        `<Start><Recording recordingStatusCallback="https://your-server.com/api/call-recording?callId=call_1${overrides}"` +
        ' recordingStatusCallbackEvent="in-progress completed absent" channels="dual"/></Start>' +
        `<Start><Transcription statusCallbackUrl="https://your-server.com/api/call-transcript?callId=call_1${overrides}"` +
        ' track="both_tracks" inboundTrackLabel="person" outboundTrackLabel="assistant"/></Start>' +
        '<Connect><Stream url="wss://your-server.com/media-stream/98765/call_1"/></Connect>' +
        '<Hangup/></Response>',
    );
  });

  test('a transcription knows the language where it was said', () => {
    expect(all({ ...record, language: 'de-DE' })).toContain('outboundTrackLabel="assistant" languageCode="de-DE"/>');
  });

  test('none at all is an empty document', () => {
    expect(all()).toBe(`${head}<Response/>`);
  });
});

describe('the other instructions', () => {
  test('words are said as text and the call ends', () => {
    const xml = write({ type: 'say-and-hang-up', text: 'Sorry </Say><Dial>1</Dial>', language: 'en-US' });
    expect(xml).toBe(
      `${head}<Response><Say language="en-US">Sorry &lt;/Say&gt;&lt;Dial&gt;1&lt;/Dial&gt;</Say><Hangup/></Response>`,
    );
  });

  test('nothing to say is only a hang-up, and words past 4096 characters are left out', () => {
    expect(write({ type: 'say-and-hang-up', text: ' ', language: 'en-US' })).toBe(
      `${head}<Response><Hangup/></Response>`,
    );
    const xml = write({ type: 'say-and-hang-up', text: 'x'.repeat(5_000), language: 'en-US' });
    expect(xml).toContain(`>${'x'.repeat(4_096)}</Say>`);
  });

  test('a hang-up hangs up, and an acknowledgement is an empty document', () => {
    expect(write({ type: 'hang-up' })).toBe(`${head}<Response><Hangup/></Response>`);
    expect(write({ type: 'acknowledge' })).toBe(`${head}<Response/>`);
  });
});
