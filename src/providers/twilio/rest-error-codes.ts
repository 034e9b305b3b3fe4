/** The codes Twilio's REST API refuses with. */
import { type ErrorAdvice, later, never, retry, stop } from './error-advice.ts';

export const restErrorCodes: Readonly<Record<number, ErrorAdvice>> = {
  10001: stop('The Twilio account is disabled', 'Ask Twilio support to enable the account.'),
  10002: stop('A trial account lacks this feature', 'Upgrade the Twilio account.'),
  10004: later(
    'The account has reached its limit of concurrent calls',
    'Wait for calls to end, or ask Twilio for a higher limit.',
  ),
  20001: never('Twilio does not know a parameter of the request', 'Report this: the server sent a wrong request.'),
  20003: stop(
    'Twilio did not accept the account SID and auth token',
    'Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
  ),
  20004: never('The method is not allowed on this resource', 'Check TWILIO_API_BASE_URL.'),
  20005: stop('The Twilio account is not active or is suspended', 'Check billing and messages in the Twilio Console.'),
  20006: stop('Access to the resource is denied', 'Use credentials that may place calls.'),
  20008: stop('Test credentials cannot use this resource', 'Use the live credentials of the account.'),
  20404: never('Twilio does not know the resource', 'Check the SID and the account it belongs to.'),
  20409: never('The request conflicts with the state of the resource', 'Look at the call in the Twilio Console.'),
  20422: never('A parameter of the request is invalid', 'Check the numbers and settings of the call.'),
  20429: retry('Too many requests at once', 'Wait a moment and try again, or lower CALLS_PER_SECOND.'),
  20500: retry('Twilio had an internal error', 'Check first whether a call was made, then try again.'),
  20503: retry('Twilio is not available for now', 'Check first whether a call was made, then try again.'),
  21201: never('There is no number to call', 'Give the number to call.'),
  21202: never('The number to call is a premium number', 'Call another number.'),
  21203: never('Calls to other countries are not enabled', 'Enable international calls in the Twilio Console.'),
  21204: never('The call was started already', 'Nothing to do.'),
  21205: stop(
    'Twilio does not accept our webhook address',
    'Set PUBLIC_URL to an address that the internet can reach.',
  ),
  21206: never('The digits to send are invalid', 'Use only 0-9, A-D, #, *, w and W, at most 32.'),
  21208: never('The ring time is invalid', 'Use 1 to 600 seconds.'),
  21209: never('The method of a webhook is invalid', 'Report this: the server sent a wrong request.'),
  21210: stop(
    'The caller number is not a number of the account and is not verified',
    'Buy or verify the number in the Twilio Console.',
  ),
  21211: never(
    'The number to call is not a valid phone number',
    'Check the number; write it in E.164 format, for example +12125551234.',
  ),
  21212: stop('The caller number is not valid', 'Set TWILIO_PHONE_NUMBER to a number of the account in E.164 format.'),
  21213: stop('There is no caller number', 'Set TWILIO_PHONE_NUMBER.'),
  21214: never('The number to call cannot be reached', 'Check the number with the person; it may be out of service.'),
  21215: stop(
    'The geographic permissions of the account forbid this destination',
    'Allow the country under Voice Geographic Permissions in the Twilio Console.',
  ),
  21216: never('Twilio blocks calls to this number', 'Do not call it; ask Twilio support if this is wrong.'),
  21217: never(
    'The number to call does not appear to be valid',
    'Check the number; write it in E.164 format, for example +12125551234.',
  ),
  21218: never('The application SID is invalid', 'Report this: the server sent a wrong request.'),
  21219: never(
    'A trial account may call verified numbers only',
    'Verify the number in the Twilio Console or upgrade the account.',
  ),
  21220: never('The call is not in a state that allows this', 'Nothing to do if it was to be ended: it is over.'),
  21221: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21222: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21223: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21224: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21225: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21226: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21227: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21228: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21229: never('The credentials or headers of a SIP call are invalid', 'Check the settings of the SIP destination.'),
  21234: never(
    'A setting of the answering machine detection is invalid',
    'Correct the voicemail settings of the assistant.',
  ),
  21262: never(
    'Answering machine detection has no callback address',
    'Report this: the server sent an incomplete request.',
  ),
  21263: never(
    'A setting of the answering machine detection is out of range',
    'Correct the voicemail settings of the assistant.',
  ),
  22005: later(
    'More calls wait at Twilio than can be placed in 24 hours',
    'Stop placing calls until the queue is shorter, or ask for a higher rate.',
  ),
  32018: never(
    'The instructions given with the call are over 4000 characters',
    'Give an address for the instructions instead.',
  ),
};
