/** Dates, times, amounts and names as they are spoken. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFormOfAddress } from './first-name.ts';
import { isCodeName, toReadableName } from './readable-name.ts';
import { toSpeakableAmount } from './speakable-amount.ts';
import { isOver, parseIsoDate, toOrdinal, toSpeakableDate } from './speakable-date.ts';
import { toSpeakableTime } from './speakable-time.ts';
import { toSpokenList } from './spoken-list.ts';

const nowMs = Date.UTC(2025, 11, 1, 12);

describe('a date', () => {
  it.each([
    ['2025-12-10', 'December 10th'],
    ['2025-12-01', 'December 1st'],
    ['2026-02-02', 'February 2nd'],
    ['2024-03-23', 'March 23rd'],
    ['2025-11-11T14:30:00Z', 'November 11th'],
    ['2027-01-01', 'January 1st, 2027'],
    ['2023-12-31', 'December 31st, 2023'],
    ['2024-02-29', 'February 29th'],
  ])('%s is said as %s', (text, spoken) => {
    expect(toSpeakableDate(parseIsoDate(text)!, nowMs)).toBe(spoken);
  });

  it.each(['2025-02-29', '2025-13-01', '2025-00-10', '2025-12-00', '10/12/2025', 'tomorrow', '', '2025-12-10 or so'])(
    '%j is not one',
    (text) => {
      expect(parseIsoDate(text)).toBeNull();
    },
  );

  it('is over only when no place on earth has it any more', () => {
    const day = { year: 2025, month: 12, day: 10 };
    expect(isOver(day, Date.UTC(2025, 11, 11, 11, 59))).toBe(false);
    expect(isOver(day, Date.UTC(2025, 11, 11, 12))).toBe(true);
  });

  it('never fails on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const date = parseIsoDate(text);
        expect(date === null || toSpeakableDate(date, nowMs).length > 4).toBe(true);
      }),
    );
  });
});

it.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [4, '4th'],
  [11, '11th'],
  [12, '12th'],
  [13, '13th'],
  [21, '21st'],
  [112, '112th'],
])('%i is said as %s', (count, spoken) => {
  expect(toOrdinal(count)).toBe(spoken);
});

it.each([
  ['14:30', '2:30 PM'],
  ['2:30 PM', '2:30 PM'],
  ['2:30 p.m.', '2:30 PM'],
  ['10 AM', '10 AM'],
  ['9am', '9 AM'],
  ['09:00', '9 AM'],
  ['00:15', '12:15 AM'],
  ['12:00', '12 PM'],
  ['12 am', '12 AM'],
  ['23:59:59', '11:59 PM'],
  ['25:00', null],
  ['13 PM', null],
  ['10:61', null],
  ['10', null],
  ['noon', null],
  ['', null],
])('the time %j is said as %j', (text, spoken) => {
  expect(toSpeakableTime(text)).toBe(spoken);
});

it.each([
  ['$250.00', undefined, '$250.00'],
  ['250', 'USD', '$250.00'],
  ['1250.5', 'eur', '€1,250.50'],
  ['250', undefined, '250'],
  ['250', 'dollars', '250'],
  ['a lot', 'USD', 'a lot'],
])('the amount %j in %j is said as %j', (amount, currency, spoken) => {
  expect(toSpeakableAmount(amount, currency)).toBe(spoken);
});

it.each([
  ['dueDate', 'due date'],
  ['accountId', 'account ID'],
  ['ticketID', 'ticket ID'],
  ['billing_inquiry', 'billing inquiry'],
  ['lastContactDate', 'last contact date'],
  ['XMLFile', 'XML file'],
  ['order-number', 'order number'],
  ['Delivery Day', 'delivery day'],
  ['line2Text', 'line2 text'],
  ['<b>', ''],
])('the name %j reads as %j', (name, readable) => {
  expect(toReadableName(name)).toBe(readable);
});

it('tells a name from code from words for people', () => {
  expect(['billing_inquiry', 'billingInquiry'].map(isCodeName)).toEqual([true, true]);
  expect(['Annual checkup', 'TICKET-789', 'dental', ''].map(isCodeName)).toEqual([false, false, false, false]);
});

it.each([
  ['Sarah Johnson', 'Sarah'],
  ['Johnson, Sarah', 'Sarah'],
  ['Dr. Jane Smith', 'Dr. Smith'],
  ['mr Bean', 'mr Bean'],
  ['Cher', 'Cher'],
  ['Dr.', 'Dr.'],
  ['', ''],
])('%j is addressed as %j', (fullName, address) => {
  expect(toFormOfAddress(fullName)).toBe(address);
});

it('says several things in one breath', () => {
  expect(toSpokenList([])).toBe('');
  expect(toSpokenList(['one'])).toBe('one');
  expect(toSpokenList(['one', 'two', 'three'])).toBe('one, two and three');
});
