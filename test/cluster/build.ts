import { createHash } from 'node:crypto'
import { access, chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lock.ts'
import type { Recipe } from './recipes.ts'
import { type CommandOptions, type CommandResult, runCommand } from './run-command.ts'

export interface BuildOptions {
  readonly cache: string
  readonly progress: (line: string) => void
  readonly signal?: AbortSignal
  /** The Go command; tests give another. */
  readonly go?: string
  readonly modules?: string
}

const ourModules = fileURLToPath(new URL('modules', import.meta.url))

/** Where a recipe's binary is, or will be. The path changes with everything that goes into it. */
export async function builtPath(recipe: Recipe, options: Pick<BuildOptions, 'cache' | 'modules'>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipe))
  if (recipe.module !== undefined) {
    const folder = join(options.modules ?? ourModules, recipe.module)
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const paths = files.map((file) => join(file.parentPath, file.name)).sort()
    for (const path of paths) hash.update(path.slice(folder.length)).update(await readFile(path))
  }
  const id = `${recipe.name}-${recipe.version}-${hash.digest('hex').slice(0, 12)}`
  return join(options.cache, 'bin', id, recipe.name)
}

export async function isBuilt(recipe: Recipe, options: Pick<BuildOptions, 'cache' | 'modules'>): Promise<boolean> {
  return exists(await builtPath(recipe, options))
}

/** Builds a recipe unless it is there already. The folder appears in one rename, so a build that is cut off leaves nothing. */
export async function build(recipe: Recipe, options: BuildOptions): Promise<string> {
  const binary = await builtPath(recipe, options)
  if (await exists(binary)) return binary
  const waiting = () => options.progress(`${recipe.name} ${recipe.version}: waiting for another build to end`)
  return withLock(
    join(options.cache, 'build.lock'),
    async () => {
      if (await exists(binary)) return binary
      await sweepUnfinished(options.cache)
      const startedAt = Date.now()
      options.progress(`${recipe.name} ${recipe.version}: building, minutes the first time`)
      const heartbeat = setInterval(
        () => options.progress(`${recipe.name} ${recipe.version}: still building, ${secondsSince(startedAt)} s`),
        30_000,
      )
      try {
        await buildInto(binary, recipe, options)
      } finally {
        clearInterval(heartbeat)
      }
      options.progress(`${recipe.name} ${recipe.version}: built in ${secondsSince(startedAt)} s`)
      return binary
    },
    waiting,
  )
}

async function buildInto(binary: string, recipe: Recipe, options: BuildOptions): Promise<void> {
  const work = await mkdtemp(join(options.cache, 'unfinished-'))
  try {
    const out = join(work, 'out')
    await mkdir(out)
    const go = (args: readonly string[], extra: CommandOptions = {}) => runGo(args, options, { cwd: work, ...extra })
    if (recipe.module === undefined) {
      await go(['install', '-trimpath', '-ldflags', recipe.ldflags, recipe.package], {
        env: { ...process.env, GOBIN: out, GOFLAGS: '-buildvcs=false' },
      })
    } else {
      const module = join(work, 'module')
      await cp(join(options.modules ?? ourModules, recipe.module), module, { recursive: true })
      if (recipe.sumOf !== undefined) await takeSums(recipe.sumOf, module, go)
      const tags = recipe.tags === undefined ? [] : ['-tags', recipe.tags]
      const flags = ['-mod=mod', '-buildvcs=false', '-trimpath', '-ldflags', recipe.ldflags, ...tags]
      await go(['build', ...flags, '-o', join(out, recipe.name), recipe.package], { cwd: module })
    }
    await chmod(join(out, recipe.name), 0o755)
    const folder = join(binary, '..')
    await mkdir(join(folder, '..'), { recursive: true })
    await rm(folder, { recursive: true, force: true })
    await rename(out, folder)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function takeSums(
  dependency: string,
  module: string,
  go: (args: readonly string[]) => Promise<CommandResult>,
): Promise<void> {
  const { stdout } = await go(['mod', 'download', '-json', dependency])
  const { Dir } = JSON.parse(stdout) as { readonly Dir?: string }
  if (Dir === undefined) throw new Error(`go mod download ${dependency} names no folder`)
  await copyFile(join(Dir, 'go.sum'), join(module, 'go.sum'))
  await chmod(join(module, 'go.sum'), 0o644) // the module cache is read-only, and so is a copy of it
}

async function runGo(args: readonly string[], options: BuildOptions, extra: CommandOptions): Promise<CommandResult> {
  const result = await runCommand(options.go ?? 'go', args, {
    dieWithUs: true,
    ...(options.signal && { signal: options.signal }),
    ...extra,
  })
  if (result.code === 0) return result
  const lastLines = result.stderr.trimEnd().split('\n').slice(-12).join('\n')
  throw new Error(`go ${args[0]} ${args.at(-1)} failed:\n${lastLines}`)
}

/** We hold the lock, so what is unfinished belongs to a builder that died. */
async function sweepUnfinished(cache: string): Promise<void> {
  const entries = await readdir(cache)
  const left = entries.filter((entry) => entry.startsWith('unfinished-'))
  await Promise.all(left.map((entry) => rm(join(cache, entry), { recursive: true, force: true })))
}

function secondsSince(startedAt: number): number {
  return Math.round((Date.now() - startedAt) / 1000)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
