import { expect, it } from 'vitest';
import { readCrashAt } from './crash-at.ts';

it('arms nothing unless it is told to', () => {
  expect(readCrashAt(undefined)).toBeNull();
  expect(readCrashAt('')).toBeNull();
});

it('refuses what names no point', () => {
  expect(() => readCrashAt('carrier.placeCall before')).toThrow('NAME#N');
});

it('lets every other point pass', () => {
  const reach = readCrashAt('carrier.placeCall before#2');
  reach?.('carrier.placeCall after');
  reach?.('carrier.placeCall before');
  expect(reach).not.toBeNull();
});
