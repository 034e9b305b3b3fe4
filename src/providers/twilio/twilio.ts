/** Twilio as a carrier: its REST API, webhooks, signatures, markup and socket protocols behind our port. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Carrier, CarrierRequest } from '../../ports/carrier.ts';
import { createCalls } from './calls.ts';
import { errorCodes } from './error-codes.ts';
import { fieldOf, parseForm } from './form.ts';
import { mediaCodec } from './media-codec.ts';
import { createNumbers } from './numbers.ts';
import { createPlaceCall, type RateRetries } from './place-call.ts';
import { createRecordings } from './recordings.ts';
import { relayCodec } from './relay-codec.ts';
import { createRestClient, type RestOptions } from './rest-client.ts';
import { isSignedSocket, isSignedWebhook, type SignatureCheck } from './signature.ts';
import { createRoutes, type WebhookPaths } from './webhooks.ts';

export interface TwilioOptions {
  accountSid: string;
  /** The primary auth token: it signs in to the REST API, and Twilio signs with it. */
  authToken: string;
  /** The other token while tokens are rotated: its signatures are accepted too. */
  secondaryAuthToken?: string | undefined;
  apiBaseUrl: string;
  /** Our address as Twilio is told it and signs it. */
  publicUrl: string;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  log: Logger;
  /** Paths below the public URL. */
  paths: WebhookPaths;
  /** By default a create that was turned away for pace is not repeated. */
  rateRetries?: RateRetries | undefined;
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** One token has signed for one account, so a request that names another one is somebody's trick. */
function namesAnotherAccount(request: CarrierRequest, accountSid: string): boolean {
  const form = parseForm(request.body);
  return form.has('AccountSid') && fieldOf(form, 'AccountSid') !== accountSid;
}

export function createTwilioCarrier(options: TwilioOptions): Carrier {
  const { accountSid, authToken, secondaryAuthToken, clock } = options;
  const log = options.log.child({ carrier: 'twilio' });
  const publicUrl = withoutTrailingSlash(options.publicUrl);
  const apiBaseUrl = withoutTrailingSlash(options.apiBaseUrl);
  const api: RestOptions = { accountSid, authToken, apiBaseUrl, fetch: options.fetch, clock, log };
  const rest = createRestClient(api);
  const check: SignatureCheck = {
    publicUrl,
    authTokens: secondaryAuthToken ? [authToken, secondaryAuthToken] : [authToken],
  };
  return {
    name: 'twilio',
    adviceFor: (code) => errorCodes.get(code) ?? null,
    placeCall: createPlaceCall({ accountSid, publicUrl, rest, clock, log, rateRetries: options.rateRetries }),
    ...createCalls({ accountSid, rest, clock, log, publicUrl }),
    ...createRecordings(api, rest),
    ...createNumbers({ accountSid, publicUrl, rest, log }),
    verify: (request) => isSignedWebhook(request, check) && !namesAnotherAccount(request, accountSid),
    verifySocket: (request) => isSignedSocket(request, check),
    routes: createRoutes(options.paths, { publicUrl, log }),
    relay: relayCodec,
    media: mediaCodec,
  };
}
