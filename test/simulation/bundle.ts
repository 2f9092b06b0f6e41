import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** One change of the product's source: `find` must be there exactly once. */
export interface Mutation {
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Bundle {
  readonly file: string
  remove(): Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The simulation's worker as one file that any Node runs, with the product as it is or with something changed in it. */
export async function bundleWorker(mutations: readonly Mutation[] = []): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-simulation-'))
  const file = join(folder, 'worker.mjs')
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await build({
      entryPoints: [join(root, 'test/simulation/worker.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
      plugins: [mutating(mutations)],
    })
    return { file, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

function mutating(mutations: readonly Mutation[]): Plugin {
  return {
    name: 'mutations',
    setup(builder) {
      if (mutations.length === 0) return
      builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const wanted = mutations.filter(({ file }) => file === relative(root, path).replaceAll('\\', '/'))
        if (wanted.length === 0) return undefined
        const source = await readFile(path, 'utf8')
        return { contents: wanted.reduce(mutated, source), loader: 'ts' }
      })
    },
  }
}

function mutated(source: string, { file, find, replace }: Mutation): string {
  if (source.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`)
  return source.replace(find, () => replace)
}
