import { describe, expect, it } from 'vitest';
import { createVirtualVendors, noise, silence, speech } from '../testing/virtual-vendors.ts';

const base = 'wss://api.deepgram.com/v2/listen';
const usual = 'model=flux-general-en&encoding=mulaw&sample_rate=8000';
const headers = { Authorization: 'Token any' };

async function open(query = `${usual}&eager_eot_threshold=0.5`) {
  const box = createVirtualVendors();
  const client = box.connect(`${base}?${query}`, headers);
  await box.pass(20);
  return {
    box,
    client,
    hear: (...sounds: Uint8Array[]) => box.hear(client, Buffer.concat(sounds)),
    events: () => client.all('TurnInfo').map(({ event, transcript }) => [event, transcript]),
  };
}

describe('simulated Deepgram Flux', () => {
  it('tells a turn from its first word to its end', async () => {
    const { client, hear, events } = await open();
    await hear(silence(100), speech('Book me a table.'), silence(380));
    expect(client.messages[0]).toMatchObject({ type: 'Connected', sequence_id: 0 });
    expect(events()[0]).toEqual(['StartOfTurn', 'Book']);
    expect(events().at(-1)).toEqual(['EagerEndOfTurn', 'Book me a table.']);
    await hear(silence(60));
    expect(events().at(-1)).toEqual(['EndOfTurn', 'Book me a table.']);
    expect(client.messages.at(-1)).toMatchObject({
      turn_index: 0,
      trigger: 'model',
      sequence_id: client.messages.length - 1,
    });
    expect(client.messages.map(({ sequence_id }) => sequence_id)).toEqual(client.messages.map((_, at) => at));
    await hear(speech('Thanks.'), silence(500));
    expect(client.messages.at(-1)).toMatchObject({ event: 'EndOfTurn', transcript: 'Thanks.', turn_index: 1 });
  });

  it('waits longer where the words end no sentence, and takes an eager end back when more follow', async () => {
    const { hear, events } = await open();
    await hear(speech('Book me'), silence(800));
    expect(events().at(-1)).toEqual(['EagerEndOfTurn', 'Book me']);
    await hear(speech('a table.'), silence(500));
    const names = events().map(([event]) => event);
    expect(names.filter((name) => name !== 'Update')).toEqual([
      ...['StartOfTurn', 'EagerEndOfTurn', 'TurnResumed', 'EagerEndOfTurn', 'EndOfTurn'],
    ]);
    expect(events().at(-1)).toEqual(['EndOfTurn', 'Book me a table.']);
    expect(events().find(([event]) => event === 'TurnResumed')).toEqual(['TurnResumed', 'Book me']);
  });

  it('takes an eager end back as soon as a word begins, before it is known', async () => {
    const { hear, events } = await open();
    await hear(speech('Book me'), silence(300), speech('restaurants').subarray(0, 1600));
    expect(events().at(-1)).toEqual(['TurnResumed', 'Book me']);
  });

  it('tells no eager end unless asked to', async () => {
    const { hear, events } = await open(usual);
    await hear(speech('Book me a table.'), silence(500));
    expect(events().some(([event]) => event === 'EagerEndOfTurn')).toBe(false);
    expect(events().at(-1)?.[0]).toBe('EndOfTurn');
  });

  it('hears nothing in noise, and leaves out a word that was cut', async () => {
    const { hear, events } = await open();
    await hear(noise(1000));
    expect(events()).toEqual([]);
    const cut = speech('Stop everything');
    await hear(cut.subarray(0, cut.length - 1200), silence(2500));
    expect(events().at(-1)).toEqual(['EndOfTurn', 'Stop']);
  });

  it('ends a turn when told to, and at its time limit', async () => {
    const { client, hear } = await open(`${usual}&eot_timeout_ms=500`);
    await hear(speech('Well'), silence(100));
    client.send({ type: 'ForceEndTurn' });
    await hear(silence(20));
    expect(client.messages.at(-1)).toMatchObject({ event: 'EndOfTurn', transcript: 'Well', trigger: 'manual' });
    await hear(speech('Well'), silence(560));
    expect(client.messages.at(-1)).toMatchObject({ event: 'EndOfTurn', transcript: 'Well', trigger: 'timeout' });
  });

  it('can be configured on the way', async () => {
    const { client, hear } = await open(usual);
    client.send({ type: 'Configure', thresholds: { eager_eot_threshold: 0.4, eot_timeout_ms: 700 } });
    client.send({ type: 'Configure', thresholds: { eot_timeout_ms: 1 } });
    await hear(silence(20));
    expect(client.messages).toMatchObject([
      { type: 'Connected' },
      { type: 'ConfigureSuccess', thresholds: { eager_eot_threshold: 0.4, eot_timeout_ms: 700 } },
      { type: 'ConfigureFailure' },
    ]);
    await hear(speech('Well'), silence(800));
    expect(client.all('EagerEndOfTurn', 'event')).toHaveLength(1);
    expect(client.messages.at(-1)).toMatchObject({ event: 'EndOfTurn', trigger: 'timeout' });
  });

  it('closes when told to, and refuses what makes no sense', async () => {
    const { client, hear, box } = await open();
    await hear(speech('Bye'));
    client.send({ type: 'CloseStream' });
    await box.pass(20);
    expect(client.messages.at(-1)).toMatchObject({ event: 'EndOfTurn', transcript: 'Bye' });
    expect(client.end).toMatchObject({ code: 1000 });
    const lost = box.connect(`${base}?${usual}`, headers);
    await box.pass(20);
    lost.send({ type: 'Nonsense' });
    await box.pass(20);
    expect(lost.all('Error')).toHaveLength(1);
    expect(lost.end).toMatchObject({ code: 1008 });
    const refused = ['model=flux&encoding=mulaw&sample_rate=8000', `${usual}&eot_threshold=0.2`];
    for (const query of [...refused, `${usual}&eot_threshold=0.5&eager_eot_threshold=0.6`]) {
      const client = box.connect(`${base}?${query}`, headers);
      await box.pass(20);
      expect(client.end, query).toMatchObject({ refusedStatus: 400 });
    }
  });
});
