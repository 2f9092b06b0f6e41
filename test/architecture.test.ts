import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Who may import whom: a room and, by path prefix, what of ours it may see besides itself. */
const root = join(import.meta.dirname, '..')
/** Of analysis/ what decides: a planner asks nobody. */
const planned = [
  'deadline',
  'false-alarm',
  'ahead',
  'judge',
  'measurement',
  'outage',
  'questions',
  'schedule',
  'verdict',
].map((file) => `analysis/${file}.ts`)
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'api/': [],
  'kube/': ['api/'],
  'traffic-providers/': ['api/'],
  'analysis/': ['api/'],
  // of kube/ only its words: what a client and a server say to each other
  'sandbox/': [
    'api/',
    'kube/errors.ts',
    'kube/json.ts',
    'kube/paths.ts',
    'kube/status.ts',
    'kube/types.ts',
    'rollout-controller/workload/selectors.ts',
  ],
  'rollout-controller/workload/': ['api/', 'rollout-controller/snapshot.ts'],
  'rollout-controller/planner/': [
    'api/',
    ...planned,
    'traffic-providers/provider.ts',
    'rollout-controller/workload/',
    'rollout-controller/snapshot.ts',
    'rollout-controller/plan.ts',
  ],
  'rollout-controller/snapshot.ts': ['api/', 'analysis/measurement.ts', 'traffic-providers/provider.ts'],
  'rollout-controller/plan.ts': [
    'api/',
    'analysis/measurement.ts',
    'traffic-providers/provider.ts',
    'rollout-controller/snapshot.ts',
  ],
}
/** The functional core: no clock, no I/O, no chance. */
const pureRooms = [
  'api/',
  'traffic-providers/',
  'analysis/',
  'rollout-controller/workload/',
  'rollout-controller/planner/',
]
/** The one effect in a pure room: asking metric stores. Whoever decides or reads answers never imports it. */
const asking = ['analysis/http.ts', 'analysis/http/']
const pureFiles = ['rollout-controller/snapshot.ts', 'rollout-controller/plan.ts']
const roomsThatMustExist = ['api/', 'kube/', 'traffic-providers/', 'analysis/', 'rollout-controller/', 'sandbox/']
/** Where the embedded cluster meets the real world: its ids, its keys, its sockets. All else runs on a given clock and chance. */
const realInSandbox = ['sandbox/embedded.ts', 'sandbox/ids.ts', 'sandbox/rest/certificate.ts']
const impure =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\brandom(?:UUID|Bytes|Int)\b|\bprocess\.|\bperformance\.|\bset(?:Timeout|Interval)\b|\bfetch\(/g
const kubeLibraries = ['@kubernetes/client-node', 'undici']

interface Source {
  readonly file: string
  readonly code: string
  readonly ours: readonly string[]
  readonly packages: readonly string[]
}

function sourceOf(file: string): Source {
  const code = withoutComments(readFileSync(join(root, file), 'utf8'))
  const imports = importsOf(code)
  const isOurs = (specifier: string) => specifier.startsWith('.')
  return {
    file,
    code,
    ours: imports.filter(isOurs).map((specifier) => resolveFrom(file, specifier)),
    packages: imports.filter((specifier) => !isOurs(specifier)),
  }
}

/** Static, type-only, side-effect, re-exported and dynamic imports. */
function importsOf(code: string): readonly string[] {
  const patterns = [
    /^\s*(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"`]([^'"`]+)['"`]/g,
  ]
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].flatMap(([, specifier = '']) => specifier))
}

const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')

const resolveFrom = (file: string, specifier: string): string =>
  relative('.', normalize(join(dirname(file), specifier))).replaceAll('\\', '/')

const isIn = (file: string, places: readonly string[]): boolean => places.some((place) => file.startsWith(place))
const isPure = ({ file }: Source): boolean => isIn(file, [...pureRooms, ...pureFiles]) && !isIn(file, asking)
const isShell = (file: string): boolean => /^rollout-controller\/[^/]+\.ts$/.test(file) && !pureFiles.includes(file)
const files = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['node_modules', 'dist', '.git'].includes(entry.name))
  .flatMap(({ name }) =>
    readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((file) => `${name}/${file}`),
  )
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
/** The product. Tests and the examples, which drive it from outside, may import anything. */
const sources = files.filter((file) => !isIn(file, ['test/', 'examples/'])).map(sourceOf)
const breaches = (of: (source: Source) => readonly string[]): readonly string[] =>
  sources.flatMap((source) => of(source).map((what) => `${source.file} → ${what}`))

describe('the rooms', () => {
  it.each(roomsThatMustExist)('%s has files', (room) => {
    expect(sources.filter(({ file }) => file.startsWith(room))).not.toEqual([])
  })

  it.each(Object.entries(mayImport))('%s imports nothing of ours but %j', (room, allowed) => {
    const inRoom = breaches(({ file, ours }) =>
      file.startsWith(room) ? ours.filter((imported) => !isIn(imported, [room, ...allowed])) : [],
    )
    expect(inRoom).toEqual([])
  })

  it('import no test', () => {
    expect(breaches(({ ours }) => ours.filter((file) => file.startsWith('test/')))).toEqual([])
  })

  it('leave Kubernetes libraries to kube/', () => {
    const found = breaches(({ file, packages }) =>
      file.startsWith('kube/') ? [] : packages.filter((name) => isIn(name, kubeLibraries)),
    )
    expect(found).toEqual([])
  })

  it('leave asking metric stores to one file, and that file to the shell of the controller', () => {
    const found = breaches(({ file, ours, packages }) => [
      ...(file === 'analysis/http.ts' ? [] : packages.filter((name) => name === 'axios' || name.startsWith('axios/'))),
      ...(isShell(file) || isIn(file, asking) ? [] : ours.filter((imported) => isIn(imported, asking))),
    ])
    expect(found).toEqual([])
  })

  it('leave kube/ to the shell of the controller, to the CLI and, for its words, to the sandbox', () => {
    const found = breaches(({ file, ours }) =>
      isShell(file) || isIn(file, ['kube/', 'cli/', 'sandbox/'])
        ? []
        : ours.filter((imported) => imported.startsWith('kube/')),
    )
    expect(found).toEqual([])
  })

  it('leave the sandbox to the CLI', () => {
    const found = breaches(({ file, ours }) =>
      isIn(file, ['sandbox/', 'cli/']) ? [] : ours.filter((imported) => imported.startsWith('sandbox/')),
    )
    expect(found).toEqual([])
  })

  it('have no cycles', () => {
    expect(cyclesIn(new Map(sources.map(({ file, ours }) => [file, ours])))).toEqual([])
  })
})

describe('the functional core', () => {
  it('imports of Node only what computes', () => {
    const found = breaches((source) =>
      isPure(source) ? source.packages.filter((name) => name !== 'node:crypto' && name.startsWith('node:')) : [],
    )
    expect(found).toEqual([])
  })

  it('reads no clock, no chance and no environment', () => {
    expect(breaches((source) => (isPure(source) ? (source.code.match(impure) ?? []) : []))).toEqual([])
  })
})

describe('the sandbox', () => {
  it('runs on the clock and the chance that it is given', () => {
    const isGiven = ({ file }: Source) => file.startsWith('sandbox/') && !realInSandbox.includes(file)
    expect(breaches((source) => (isGiven(source) ? (source.code.match(impure) ?? []) : []))).toEqual([])
  })
})

describe('the reader of imports', () => {
  it('sees every kind of import, and none in a comment', () => {
    const code = withoutComments(
      [
        "import a from './a.ts'",
        "import type { B,\n  C } from './b.ts'",
        "import './c.ts'",
        "export * from './d.ts'",
        "export type { E } from './e.ts'",
        "const f = await import('./f.ts')",
        "type G = import('./g.ts').G",
        "// import x from './x.ts'",
        "/* import y from './y.ts' */",
      ].join('\n'),
    )
    expect([...importsOf(code)].sort()).toEqual('abcdefg'.split('').map((name) => `./${name}.ts`))
  })

  it('finds a cycle', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ])
    expect(cyclesIn(graph)).toEqual(['b → c → b'])
  })
})

/** Each cycle once, from where it is first met. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return cycles
}
