/** Addresses and languages as ElevenLabs writes them. */

/** Where sockets are opened, at the same host as everything else. */
export function toSocketUrl(baseUrl: string, path: string, query: URLSearchParams): string {
  return `${baseUrl.replace(/^http/u, 'ws').replace(/\/+$/u, '')}${path}?${query}`;
}

/** The first part of a BCP 47 tag, for example `en` of `en-US`. */
export function toLanguageCode(language: string): string {
  return (language.split('-')[0] ?? language).toLowerCase();
}
