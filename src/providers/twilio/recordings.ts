/** Fetches and deletes what Twilio recorded of a call. */
import type { Carrier } from '../../ports/carrier.ts';
import { ask, isTwilioNotFound, toUnavailable } from './ask.ts';
import { createFetchMedia } from './fetch-media.ts';
import type { RestClient, RestOptions } from './rest-client.ts';

export function createRecordings(
  options: RestOptions,
  rest: RestClient,
): Pick<Carrier, 'fetchRecording' | 'deleteRecording'> {
  const fetchMedia = createFetchMedia(options);
  const pathOf = (recordingSid: string) =>
    `/2010-04-01/Accounts/${options.accountSid}/Recordings/${encodeURIComponent(recordingSid)}`;
  return {
    fetchRecording: (recordingSid) => fetchMedia(`${pathOf(recordingSid)}.wav`),
    async deleteRecording(recordingSid) {
      const answer = await ask(rest, { method: 'DELETE', path: `${pathOf(recordingSid)}.json` });
      const isDeleted = (answer.httpStatus >= 200 && answer.httpStatus <= 299) || isTwilioNotFound(answer);
      if (!isDeleted) throw toUnavailable(options.log, answer);
    },
  };
}
