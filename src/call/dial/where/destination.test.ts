import { expect, it } from 'vitest';
import areaCodes from './area-codes.json' with { type: 'json' };
import { toDestination } from './destination.ts';

it.each([
  // The example numbers of the documents.
  ['+15558675310', 'US', null, null],
  ['+15559876543', 'US', null, null],
  ['+15551234567', 'US', null, null],
  ['+12025551234', 'US', 'DC', 'FIXED_LINE_OR_MOBILE'],
  ['+12125551234', 'US', 'NY', 'FIXED_LINE_OR_MOBILE'],
  ['+1234567890', 'US', 'OH', 'FIXED_LINE_OR_MOBILE'],
  // Simulated people.
  ['+14155550102', 'US', 'CA', 'FIXED_LINE_OR_MOBILE'],
  ['+14165550123', 'CA', 'ON', 'FIXED_LINE_OR_MOBILE'],
  ['+18005551212', 'US', null, 'TOLL_FREE'],
  ['+15005550006', 'US', null, 'PERSONAL_NUMBER'],
  ['+19005551234', 'US', null, 'PREMIUM_RATE'],
  ['+1900', 'US', null, 'PREMIUM_RATE'],
  ['+1', 'US', null, null],
  // The Caribbean under +1 is abroad.
  ['+18765551234', 'JM', null, 'MOBILE'],
  ['+18682345678', 'TT', null, 'FIXED_LINE'],
  ['+12684641234', 'AG', null, 'MOBILE'],
  ['+17875551234', 'PR', null, 'FIXED_LINE_OR_MOBILE'],
  ['+442071838750', 'GB', null, 'FIXED_LINE'],
  ['+447624123456', 'IM', null, 'MOBILE'],
  ['+4915112345678', 'DE', null, 'MOBILE'],
  ['+77012345678', 'KZ', null, 'MOBILE'],
])('%s belongs to %s, %s, and is %s', (number, ...[country, region, kind]) => {
  const found = toDestination(number);
  expect(found).toMatchObject({ region, kind });
  expect(found.countries).toEqual([country]);
});

it.each(['+881612345678', '+88216123456', '+870773123456', '+979123456789', '+80012345678', '+99912345', '+9'])(
  '%s belongs to no country and rings in no zone that is known',
  (number) => {
    expect(toDestination(number)).toMatchObject({ countries: [], zones: [], zonesFrom: 'nothing' });
  },
);

it.each([
  ['+12125551234', ['America/New_York']],
  ['+18505551234', ['America/Chicago', 'America/New_York']],
  ['+14585551234', ['America/Denver', 'America/Los_Angeles']],
  ['+19075551234', ['America/Adak', 'America/Anchorage', 'America/Juneau', 'Pacific/Honolulu']],
  ['+14915112345', expect.arrayContaining(['America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu'])],
  ['+442071838750', ['Europe/London']],
  ['+4915112345678', ['Europe/Berlin', 'Europe/Busingen']],
  ['+79161234567', expect.arrayContaining(['Europe/Kaliningrad', 'Asia/Vladivostok'])],
  ['+18765551234', ['America/Jamaica']],
  ['+38343201234', ['Europe/Belgrade']],
])('%s rings in %j', (number, zones) => {
  expect(toDestination(number).zones).toEqual(zones);
});

it('has only zones that exist, and a state or province, for each area code', () => {
  const known = new Set([...Intl.supportedValuesOf('timeZone')]);
  for (const [code, line] of Object.entries(areaCodes.areas)) {
    const [region, ...zones] = line.split(' ');
    expect([code, region]).toEqual([expect.stringMatching(/^[2-9]\d\d$/), expect.stringMatching(/^[A-Z]{2}$/)]);
    expect(zones.length).toBeGreaterThan(0);
    expect(zones.filter((zone) => !known.has(zone))).toEqual([]);
    expect(toDestination(`+1${code}2345678`).countries[0]).toMatch(/^(US|CA)$/);
  }
});

it('reads a number that is asked for again only once, and forgets the oldest of many', () => {
  const first = toDestination('+12125550123');
  expect(toDestination('+12125550123')).toBe(first);
  for (let last = 0; last < 1000; last += 1) toDestination(`+1415555${String(1000 + last)}`);
  expect(toDestination('+12125550123')).not.toBe(first);
  expect(toDestination('+12125550123')).toEqual(first);
});
