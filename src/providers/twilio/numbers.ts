/** Tells Twilio what to ask when somebody calls one of the account's numbers. */
import { z } from 'zod';
import type { Logger } from '../../base/log.ts';
import type { Carrier } from '../../ports/carrier.ts';
import { ask, isTwilioNotFound, toUnavailable } from './ask.ts';
import { toWebhookUrl } from './public-url.ts';
import type { RestClient } from './rest-client.ts';

export interface NumbersOptions {
  accountSid: string;
  publicUrl: string;
  rest: RestClient;
  log: Logger;
}

const listSchema = z.object({
  incoming_phone_numbers: z.array(
    z.object({
      sid: z.string().regex(/^PN[0-9A-Za-z]{1,62}$/),
      phone_number: z.string(),
      voice_url: z.string().nullish(),
      voice_application_sid: z.string().nullish(),
    }),
  ),
});

export function createNumbers({
  accountSid,
  publicUrl,
  rest,
  log,
}: NumbersOptions): Pick<Carrier, 'setNumberWebhooks' | 'findNumberWebhook'> {
  const numbers = `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers`;

  /** Twilio looks for the digits anywhere in a number, so the answer is searched for the very one. */
  const findOwn = async (number: string) => {
    const answer = await ask(rest, {
      method: 'GET',
      path: `${numbers}.json?${new URLSearchParams({ PhoneNumber: number })}`,
    });
    const list = answer.httpStatus === 200 ? listSchema.safeParse(answer.body) : null;
    if (!list?.success) throw toUnavailable(log, answer);
    return list.data.incoming_phone_numbers.find((own) => own.phone_number === number) ?? null;
  };

  return {
    async setNumberWebhooks({ number, voicePath, statusPath }) {
      const own = await findOwn(number);
      if (own === null) return 'not-ours';
      const { sid } = own;
      const form = {
        VoiceUrl: toWebhookUrl(publicUrl, voicePath),
        VoiceMethod: 'POST',
        StatusCallback: toWebhookUrl(publicUrl, statusPath),
        StatusCallbackMethod: 'POST',
        // With an application Twilio would ask that one's URL instead.
        VoiceApplicationSid: '',
      };
      const answer = await ask(rest, { method: 'POST', path: `${numbers}/${sid}.json`, form });
      if (isTwilioNotFound(answer)) return 'not-ours';
      if (answer.httpStatus < 200 || answer.httpStatus > 299) throw toUnavailable(log, answer);
      log.info({ numberSid: sid, pii: { number } }, 'webhooks of a number set');
      return 'set';
    },
    async findNumberWebhook({ number, voicePath }) {
      const own = await findOwn(number);
      if (own === null) return 'not-ours';
      const asksUs = withoutFragment(own.voice_url ?? '') === withoutFragment(toWebhookUrl(publicUrl, voicePath));
      return asksUs && !own.voice_application_sid ? 'us' : 'another';
    },
  };
}

/** What stands behind `#` says how Twilio asks again, not whom. */
const withoutFragment = (url: string) => url.split('#')[0];
