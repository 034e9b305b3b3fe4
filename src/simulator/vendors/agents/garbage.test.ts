import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAgentWire, toSpeech } from './testing/wire.ts';

const doors = [
  ['/elevenlabs/v1/convai/conversation?agent_id=any', { 'xi-api-key': 'k' }],
  ['/openai/v1/realtime?model=gpt-realtime-2.1', { authorization: 'Bearer k' }],
] as const;

const types = [
  ...['conversation_initiation_client_data', 'pong', 'user_message', 'contextual_update', 'client_tool_result'],
  ...['session.update', 'input_audio_buffer.append', 'input_audio_buffer.commit', 'input_audio_buffer.clear'],
  ...['conversation.item.create', 'conversation.item.truncate', 'conversation.item.delete', 'response.create'],
  ...['response.cancel', 'constructor', '__proto__'],
];
const speech = Buffer.from(toSpeech('Are you free?')).toString('base64');
const field = fc.constantFrom(
  ...['event_id', 'text', 'audio', 'user_audio_chunk', 'item', 'item_id', 'audio_end_ms', 'content_index', 'session'],
  ...[
    'response',
    'dynamic_variables',
    'conversation_config_override',
    'tool_call_id',
    'result',
    'is_error',
    '__proto__',
  ],
);
const value = fc.oneof(fc.constantFrom<unknown>(speech, 'realtime', 0, -1, true), fc.jsonValue());
const message = fc.oneof(
  fc
    .tuple(fc.constantFrom(...types), fc.dictionary(field, value, { maxKeys: 5 }))
    .map(([type, fields]) => JSON.stringify({ ...fields, type })),
  fc.constantFrom(JSON.stringify({ user_audio_chunk: speech }), '{"type":"response.create"}'),
  fc.jsonValue().map((json) => JSON.stringify(json)),
  fc.string(),
);

describe.each(doors)('at %s', (path, headers) => {
  it('any messages in any order are borne, and nothing is left behind', async () => {
    const calls = fc.array(fc.tuple(message, fc.integer({ min: 0, max: 1000 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(calls, async (sent) => {
        const wire = createAgentWire();
        await wire.connect({ path, headers: { ...headers } });
        if (path.includes('convai')) wire.send({ type: 'conversation_initiation_client_data' });
        for (const [text, waitMs] of sent) {
          wire.send(text);
          await wire.pass(waitMs % 50 === 0 ? waitMs : 10);
        }
        await wire.pass(100);
        await wire.close();
        expect(wire.clock.pendingTimers).toBe(0);
        expect(wire.ends).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });
});
