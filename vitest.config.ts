/** Which tests there are: quick ones beside the code, and whole calls in tests/. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['src/store/**', 'src/call/**/*.store.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'store',
          include: ['src/store/**/*.test.ts', 'src/call/**/*.store.test.ts'],
          globalSetup: ['tests/setup/databases.ts'],
          testTimeout: 60_000,
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
