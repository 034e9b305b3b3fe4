#!/usr/bin/env node
// Checks that this Node can run TypeScript as it stands, then hands over to the command line in src/cli.
const needed = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < needed) {
  console.error(
    `Callwright needs Node ${needed} or newer, and this is ${process.version}: run it through npm (npm run demo), after \`npm ci\` without --omit=optional, or install Node ${needed} from your system's package source.`,
  );
  process.exit(1);
}
await import('../src/cli/index.ts');
