/** Stops, fetches and deletes what Twilio records of a call. */
import type { Carrier } from '../../ports/carrier.ts';
import { ask, isTwilioNotFound, toUnavailable } from './ask.ts';
import { parseRefusal } from './call-resource.ts';
import { createFetchMedia } from './fetch-media.ts';
import type { RestAnswer, RestClient, RestOptions } from './rest-client.ts';

/** There is no such call or nothing that records it, or it is over. */
const nothingToStop: ReadonlySet<number> = new Set([20404, 21220]);

const isDone = ({ httpStatus }: RestAnswer) => httpStatus >= 200 && httpStatus <= 299;

export function createRecordings(
  options: RestOptions,
  rest: RestClient,
): Pick<Carrier, 'stopRecording' | 'fetchRecording' | 'deleteRecording'> {
  const fetchMedia = createFetchMedia(options);
  const account = `/2010-04-01/Accounts/${options.accountSid}`;
  const pathOf = (recordingSid: string) => `${account}/Recordings/${encodeURIComponent(recordingSid)}`;
  return {
    async stopRecording(carrierSid) {
      const path = `${account}/Calls/${encodeURIComponent(carrierSid)}/Recordings/Twilio.CURRENT.json`;
      const answer = await ask(rest, { method: 'POST', path, form: { Status: 'stopped' } });
      if (isDone(answer) || nothingToStop.has(parseRefusal(answer)?.code ?? 0)) return;
      throw toUnavailable(options.log, answer);
    },
    fetchRecording: (recordingSid) => fetchMedia(`${pathOf(recordingSid)}.wav`),
    async deleteRecording(recordingSid) {
      const answer = await ask(rest, { method: 'DELETE', path: `${pathOf(recordingSid)}.json` });
      if (!isDone(answer) && !isTwilioNotFound(answer)) throw toUnavailable(options.log, answer);
    },
  };
}
