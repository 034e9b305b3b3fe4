#!/usr/bin/env node
// Checks that this Node is new enough, then hands over to the command line in src/cli.
import './require-node.mjs';

await import('../src/cli/index.ts');
