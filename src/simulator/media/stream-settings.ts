/** Reads the attributes of <Stream> in <Connect>, with Twilio's answer to values it does not take. */
import type { TwimlElement } from '../twiml/parse-twiml.ts';

export interface StreamSettings {
  url: string;
  /** Null when it was given none. */
  name: string | null;
  parameters: Record<string, string>;
}

export type StreamSettingsResult =
  | { ok: true; settings: StreamSettings; warnings: string[] }
  | { ok: false; code: number; message: string };

const knownAttributes = ['url', 'name', 'track', 'statusCallback', 'statusCallbackMethod', 'connectorName'];
/** Of the name and the value of one parameter together. */
const longestParameter = 500;

/** Twilio takes only wss; a phone network on one machine also takes ws. */
function checkUrl(text: string): { code: number; message: string } | null {
  const url = URL.parse(text);
  if (!url) return { code: 31923, message: `Stream: malformed URL ${text}` };
  if (!['wss:', 'ws:'].includes(url.protocol)) {
    return { code: 31922, message: `Stream: the scheme of ${text} is not supported: use wss://…` };
  }
  if (text.includes('?')) {
    return { code: 31920, message: `Stream: handshake error: the URL must have no query string: ${text}` };
  }
  return null;
}

export function parseStreamSettings(element: TwimlElement): StreamSettingsResult {
  const { url = '', name = null, track = 'inbound_track' } = element.attributes;
  const problem = checkUrl(url);
  if (problem) return { ok: false, ...problem };
  if (track !== 'inbound_track') {
    return {
      ok: false,
      code: 31941,
      message: `Stream: unsupported track ${track}: <Connect> takes only inbound_track`,
    };
  }
  const given = element.children.filter((child) => child.name === 'Parameter').map(({ attributes }) => attributes);
  const parameters = given.map(({ name: key = '', value = '' }): [string, string] => [key, value]);
  const fitting = parameters.filter(([key, value]) => key !== '' && key.length + value.length <= longestParameter);
  const warnings = [
    ...Object.keys(element.attributes)
      .filter((attribute) => !knownAttributes.includes(attribute))
      .map((attribute) => `Attribute '${attribute}' is not allowed in element 'Stream'`),
    ...element.children
      .filter((child) => child.name !== 'Parameter')
      .map((child) => `Element '${child.name}' is not allowed in element 'Stream'`),
    ...parameters
      .filter((parameter) => !fitting.includes(parameter))
      .map(([key]) => `Parameter '${key.slice(0, 50)}' has no name or is over ${longestParameter} characters`),
  ];
  return { ok: true, settings: { url, name, parameters: Object.fromEntries(fitting) }, warnings };
}
