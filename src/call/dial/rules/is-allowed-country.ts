/** Whether the country that the number belongs to may be called; a number of no known country may not. */
import { allows, forbids, type Rule } from './rule.ts';

export const isAllowedCountry: Rule = ({ destination, allowedCountries, client }) => {
  const { countries } = destination;
  const clientsOwn = client?.limits?.allowed_countries ?? null;
  const isAllowed = (country: string) =>
    allowedCountries.includes(country) && (clientsOwn === null || clientsOwn.includes(country));
  if (countries.length === 0) {
    const detail = 'The number belongs to no country that is known.';
    return forbids({ code: 'dial/country-not-allowed', detail, mend: 'Check the number.' });
  }
  const closed = countries.filter((country) => !isAllowed(country));
  if (closed.length === 0) return allows(`Calls to ${countries.join(', ')} are allowed.`);
  const isOfClient = closed.every((country) => allowedCountries.includes(country));
  return forbids({
    code: 'dial/country-not-allowed',
    detail: `Calls to ${closed.join(', ')} are not allowed${isOfClient ? ' for this client' : ''}.`,
    mend: isOfClient
      ? 'The operator adds the country to limits.allowed_countries with PATCH /v1/clients/{id}.'
      : 'The operator adds the country to ALLOWED_COUNTRIES.',
  });
};
