/** The import rules of the house. Each is proven to bite by a planted violation in test/architecture. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no order in which it can be read.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports is dead, or an entry point that should say so here.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.spec\\.ts$', '/main\\.ts$', '/bin/', '\\.d\\.ts$', '\\.thread\\.ts$'] },
      to: {},
    },
    {
      name: 'no-barrels',
      comment: 'A thing is imported from where it stands.',
      severity: 'error',
      from: {},
      to: { path: '^(apps|libs)/.*/index\\.ts$' },
    },
    {
      name: 'statistics-imports-nothing',
      comment:
        'What can be computed knows no framework and no product; distribution functions and seeded randomness excepted.',
      severity: 'error',
      from: { path: '^libs/statistics/', pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: [
          '^libs/statistics/',
          'node_modules/@stdlib/',
          'node_modules/pure-rand/',
          '^node:worker_threads$',
          '^worker_threads$',
        ],
      },
    },
    {
      name: 'contracts-import-validators-only',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/contracts/', 'node_modules/(class-validator|class-transformer|reflect-metadata)/'] },
    },
    { name: 'platform-never-imports-an-app', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'platform-computes-nothing',
      comment: 'What services stand on knows contracts, not what they compute.',
      severity: 'error',
      from: { path: '^libs/platform/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/statistics/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'A decision is a function of data, policy and time.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/.*\\.domain\\.ts$' },
      to: { pathNot: ['^libs/statistics/', '^libs/contracts/', '^apps/$1/.*\\.domain\\.ts$'] },
    },
    {
      name: 'an-app-never-imports-another',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/assay/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'assay-sees-modules-only',
      comment: 'The command line runs the services; it does not reach into them.',
      severity: 'error',
      from: { path: '^apps/assay/' },
      to: { path: '^apps/', pathNot: ['^apps/assay/', '\\.module\\.ts$'] },
    },
    {
      name: 'edges-know-no-database',
      comment: 'Consumers and controllers parse, call and answer.',
      severity: 'error',
      from: { path: '\\.(consumer|controller)\\.ts$' },
      to: { path: ['node_modules/(typeorm|@nestjs/typeorm|pg)/', '\\.entity\\.ts$'] },
    },
    {
      name: 'kafkajs-behind-one-folder',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/platform/src/event-log/' },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'no-dev-dependencies-in-production',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/architecture/planted)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
