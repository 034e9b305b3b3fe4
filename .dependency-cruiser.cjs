/** The arrows of ARCHITECTURE.md: who may import whom. Type imports count. */

/** Rooms a room may import from, besides itself and base/. Rooms not named here are unrestricted. */
const arrows = {
  base: [],
  audio: [],
  text: [],
  ports: [],
  store: [],
  notify: ['store'],
  queue: ['store'],
  spend: ['store'],
  account: ['store', 'text'],
  assistant: ['store', 'ports', 'text'],
  call: ['spend', 'assistant', 'account', 'notify', 'queue', 'store', 'ports', 'audio', 'text'],
  campaign: ['call', 'spend', 'assistant', 'account', 'notify', 'queue', 'store', 'text'],
  api: ['campaign', 'call', 'spend', 'assistant', 'account', 'notify', 'store', 'text', 'audio', 'ports'],
  providers: ['ports', 'audio', 'text'],
  simulator: ['audio', 'text'],
  suite: ['simulator', 'api', 'ports', 'config'],
  telemetry: ['store', 'notify', 'ports'],
  config: ['ports', 'providers', 'telemetry'],
};

const testFiles = '\\.test\\.ts$';

const roomRules = Object.entries(arrows).map(([room, allowed]) => ({
  name: `${room}-imports-only-${['base', ...allowed].join('-')}`,
  comment: `src/${room} may import only from: itself, base${allowed.map((name) => `, ${name}`).join('')}.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: testFiles },
  to: { path: '^(src|dashboard|tests|scripts|bench)/', pathNot: `^src/(${[room, 'base', ...allowed].join('|')})/` },
}));

/** Phases of a call do not know each other; they meet in lifecycle.ts and run-call.ts. */
const phases = ['dial', 'ring', 'answer', 'converse', 'hang-up', 'wrap-up'];
const phaseRules = phases.map((phase) => ({
  name: `phase-${phase}-stands-alone`,
  comment: 'Phases of a call meet in lifecycle.ts and run-call.ts, never in each other.',
  severity: 'error',
  from: { path: `^src/call/${phase}/`, pathNot: testFiles },
  to: { path: `^src/call/(${phases.filter((other) => other !== phase).join('|')})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...roomRules,
    ...phaseRules,
    {
      name: 'turn-machine-stands-alone',
      comment: 'The turn machine is pure: it imports nothing but itself and base/unreachable.ts.',
      severity: 'error',
      from: { path: '^src/call/converse/turn/', pathNot: testFiles },
      to: { pathNot: '^src/(call/converse/turn/|base/unreachable\\.ts$)' },
    },
    {
      name: 'providers-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/', pathNot: testFiles },
      to: { path: '^src/providers/([^/]+)/', pathNot: '^src/providers/$1/' },
    },
    {
      name: 'only-wiring-sees-providers',
      severity: 'error',
      from: { pathNot: ['^src/(wiring(\\.ts|/)|providers/|config/)', testFiles, '^tests/'] },
      to: { path: '^src/providers/' },
    },
    {
      name: 'only-the-command-line-sees-wiring',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(cli/|wiring(\\.ts|/))', testFiles] },
      to: { path: '^src/(wiring(\\.ts|/)|cli/)' },
    },
    {
      name: 'products-do-not-import-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: testFiles },
      to: { path: '^(tests|scripts|bench)/|\\.test\\.ts$' },
    },
    {
      name: 'contract-imports-nothing',
      comment: 'api/contract is shared with the dashboard: schemas only.',
      severity: 'error',
      from: { path: '^src/api/contract/' },
      to: { path: '^(src|tests)/', pathNot: '^src/api/contract/' },
    },
    {
      name: 'dashboard-imports-only-the-contract',
      comment: 'The browser app knows the shapes of the API and nothing else of the server.',
      severity: 'error',
      from: { path: '^dashboard/src/' },
      to: { path: '^(src|tests|scripts|bench)/', pathNot: '^src/api/contract/' },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
