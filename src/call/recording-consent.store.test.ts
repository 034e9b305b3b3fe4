import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { findCall, updateCall } from '../store/calls.ts';
import { everyone } from '../store/reach.ts';
import { watchConsent } from './recording-consent.ts';
import { openRoom, type Room, until } from './testing/open-room.ts';

const no = 'Please do not record this call.';

describeOnBothDatabases('a person who does not want to be recorded', (openFresh) => {
  let room: Room;
  beforeAll(async () => {
    room = openRoom(await openFresh());
  });

  const talk = async (consent: object | null = null) => {
    const { id } = await room.place();
    await updateCall(room.store.db, id, { recording_consent: consent && JSON.stringify(consent) });
    const read = async () => (await findCall(room.store.db, everyone, id))!;
    const call = await read();
    room.carrier.stopped.length = 0;
    const discarded: string[] = [];
    const recording = { begin: () => {}, discard: () => void discarded.push(id) };
    const begin = () => watchConsent(room, { call, history: { messages: () => [] }, recording });
    return { call, read, discarded, begin };
  };

  describe('says so while the carrier records', () => {
    it('and it is stopped at once, when their word is stored', async () => {
      const { call, read, discarded, begin } = await talk();
      const watch = begin();
      watch.hear({ type: 'said', text: no });
      expect(discarded).toEqual([call.id]);
      expect(room.carrier.stopped).toEqual([]);
      await watch.close();
      await until(() => room.carrier.stopped.length > 0);
      expect(room.carrier.stopped).toEqual([call.carrier_sid]);
      expect((await read()).recording_consent).toMatchObject({ state: 'refused' });
    });

    it('and a carrier that is away is told again', async () => {
      const { call, begin } = await talk();
      room.carrier.isDown = true;
      const timers = room.clock.pendingTimers;
      const watch = begin();
      watch.hear({ type: 'said', text: no });
      await watch.close();
      await until(() => room.clock.pendingTimers > timers);
      expect(room.carrier.stopped).toEqual([]);
      room.carrier.isDown = false;
      room.clock.advance(500);
      await until(() => room.carrier.stopped.length > 0);
      expect(room.carrier.stopped).toEqual([call.carrier_sid]);
    });

    it('and when their line breaks and is taken up again, the carrier is told once more', async () => {
      const { call, begin } = await talk({ state: 'refused', words: no });
      await begin().close();
      expect(room.carrier.stopped).toEqual([call.carrier_sid]);
    });
  });

  it('says something else, and nothing is stopped', async () => {
    const { discarded, begin } = await talk();
    const watch = begin();
    watch.hear({ type: 'said', text: 'How much is it?' });
    await watch.close();
    expect([discarded, room.carrier.stopped]).toEqual([[], []]);
  });
});
