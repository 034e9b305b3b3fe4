import { expect, it } from 'vitest';
import { readCrashAt, readErasingTimes } from './crash-at.ts';

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

it('makes the times of the eraser short only when it is told how short', () => {
  expect(readErasingTimes(undefined)).toBeNull();
  expect(readErasingTimes('')).toBeNull();
  expect(readErasingTimes('1000')).toEqual({ everyMs: 1000, settledMs: 1000, countedMs: 1000 });
  expect(() => readErasingTimes('soon')).toThrow('ERASE_AFTER_MS');
});
