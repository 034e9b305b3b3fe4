/** Which tests there are: quick ones beside the code, and whole calls in tests/. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Whole calls mostly wait for people to speak, so a machine carries more of them than it has cores.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts', 'dashboard/src/**/*.test.ts'],
          exclude: ['src/store/**', 'src/**/*.store.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'voices',
          include: ['tests/voices/**/*.test.ts'],
          testTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['tests/simulation/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'store',
          include: ['src/store/**/*.test.ts', 'src/**/*.store.test.ts'],
          globalSetup: ['tests/setup/databases.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'security',
          include: ['tests/security/**/*.test.ts'],
          globalSetup: ['tests/setup/databases.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'processes',
          include: ['tests/crash/**/*.test.ts', 'tests/cluster/**/*.test.ts'],
          globalSetup: ['tests/setup/databases.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: ['tests/setup/databases.ts', 'tests/setup/browser.ts'],
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 240_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['tests/journeys/**/*.test.ts'],
          globalSetup: ['tests/setup/databases.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
