/** The engine's numbered rooms, in the order in which data flows, but for the last, which may import them all. */
const ENGINE_ROOMS = [1, 2, 3, 4, 5, 6, 7]

/** A rule that lets one room import only itself and what `may` names, of our own code. */
const room = (name, from, may, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src-main|src-renderer|scripts)/', pathNot: [from, ...may] },
})

const contract = '^src-main/contract/'
const files = '^src-main/files/'
const engine = '^src-main/engine/'
const jobs = '^src-main/jobs/'
const host = '^src-main/host/'
const services = '^src-main/services/'
const page = '^src-main/page/'
const serve = '^src-main/serve/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    room('contract-imports-nothing-of-ours', contract, [], 'Every process shares the contract, so it stands alone.'),
    room('files-import-only-contract', files, [contract], 'What a lower room must report goes to an interface handed in.'),
    room(
      'engine-imports-only-contract-and-files',
      engine,
      [contract, files],
      'The engine runs without a window, a service or a shell.',
    ),
    ...ENGINE_ROOMS.map((number) => ({
      name: `engine-room-${number}-imports-only-lower-numbers`,
      comment: 'The folder listing of the engine is its pipeline.',
      severity: 'error',
      from: { path: `^src-main/engine/${number}-` },
      to: { path: `^src-main/engine/[${number + 1}-9]-` },
    })),
    room(
      'jobs-import-only-engine-and-below',
      jobs,
      [contract, files, engine],
      'A job is what the engine process is asked to do: it knows no process.',
    ),
    room(
      'host-imports-only-jobs-and-below',
      host,
      [contract, files, engine, jobs],
      'Only the host knows what kind of process the engine is.',
    ),
    room(
      'services-import-only-host-and-below',
      services,
      [contract, files, engine, jobs, host],
      'The same services run under window, browser and command line.',
    ),
    room('page-imports-nothing-of-ours', page, [], 'The built page and its policy, whoever hands it to a browser.'),
    room(
      'serve-imports-only-services-and-below',
      serve,
      [contract, page, host, services],
      'The same services and the same page, over a web socket.',
    ),
    room(
      'cli-imports-only-serve-and-below',
      '^src-main/cli/',
      [contract, engine, jobs, host, services, serve],
      'The command line is the services without a window.',
    ),
    room(
      'preload-imports-only-contract',
      '^src-main/preload/',
      [contract],
      'The preload exposes the contract’s client, nothing else.',
    ),
    room(
      'shell-imports-only-services-and-below',
      '^src-main/shell/',
      [contract, page, host, services],
      'The shell is Electron around the services.',
    ),
    room(
      'renderer-imports-only-contract',
      '^src-renderer/',
      [contract],
      'The contract is the only door between the window and main.',
    ),
    {
      name: 'only-shell-imports-electron',
      comment: 'Everything else runs, and is tested, without Electron.',
      severity: 'error',
      from: { path: '^(src-main|src-renderer)/', pathNot: ['^src-main/(shell|preload)/', '^src-main/index\\.ts$'] },
      to: { path: '(^|/)node_modules/electron/' },
    },
    {
      name: 'renderer-without-node',
      comment: 'The window is sandboxed: it has no Node.',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contract-without-node',
      comment: 'The window imports the contract.',
      severity: 'error',
      from: { path: contract },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'source-without-tests',
      severity: 'error',
      from: { path: '^(src-main|src-renderer|scripts)/' },
      to: { path: '^tests/' },
    },
    {
      name: 'main-without-development-packages',
      comment: 'What main imports must be there in the packaged app. Electron itself is.',
      severity: 'error',
      from: { path: '^src-main/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '(^|/)node_modules/electron/' },
    },
    {
      name: 'declared-packages-only',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-cycles',
      comment: 'Types may name each other; code may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that imports nothing is dead.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '\\.d\\.svelte\\.ts$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types are architecture too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'svelte', 'types', 'default'] },
  },
}
