import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { type BuildOptions, build, builtPath, isBuilt } from './build.ts'
import { acceptable, isAcceptable, isBelow, type Program, parseVersion, programs, recipes } from './recipes.ts'
import { runCommand } from './run-command.ts'

/** Where every program of the cluster is. */
export type Binaries = Readonly<Record<Program, string>>

export type BinariesOutcome =
  | { readonly kind: 'found'; readonly binaries: Binaries }
  | { readonly kind: 'to-build'; readonly names: readonly string[] }
  | { readonly kind: 'impossible'; readonly why: string }

/** The folder for what is built once: outside the repository, one for all checkouts. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SLUICE_CACHE) return env.SLUICE_CACHE
  const base = env.XDG_CACHE_HOME
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'sluice')
}

/** Looks, and builds nothing: all programs, or what would have to be built, or why that cannot be. */
export async function findBinaries(env: NodeJS.ProcessEnv = process.env): Promise<BinariesOutcome> {
  const cache = cacheFolder(env)
  const found: Partial<Record<Program, string>> = {}
  await Promise.all(
    programs.map(async (program) => {
      const path = await findProgram(program, env)
      if (path !== undefined) found[program] = path
    }),
  )
  const toBuild: string[] = []
  for (const recipe of recipes) {
    if (recipe.programs.every((program) => found[program] !== undefined)) continue
    if (!(await isBuilt(recipe, { cache }))) toBuild.push(recipe.name)
    else for (const program of recipe.programs) found[program] = await builtPath(recipe, { cache })
  }
  if (toBuild.length === 0) return { kind: 'found', binaries: allOf(found) }
  const why = await whyNoGo()
  return why === undefined
    ? { kind: 'to-build', names: toBuild }
    : { kind: 'impossible', why: `${toBuild.join(', ')} not found (KUBEBUILDER_ASSETS, PATH, ${cache}) and ${why}` }
}

/** All programs, built where they are missing. */
export async function ensureBinaries(
  options: Partial<BuildOptions> & { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<BinariesOutcome> {
  const env = options.env ?? process.env
  const outcome = await findBinaries(env)
  if (outcome.kind !== 'to-build') return outcome
  const progress = options.progress ?? ((line: string) => console.error(line))
  for (const recipe of recipes) {
    if (outcome.names.includes(recipe.name)) await build(recipe, { ...options, cache: cacheFolder(env), progress })
  }
  return findBinaries(env)
}

/** One that is installed already and new enough; what Kubernetes' own test tools use (KUBEBUILDER_ASSETS) goes first. */
async function findProgram(program: Program, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = [env.KUBEBUILDER_ASSETS, ...(env.PATH ?? '').split(delimiter)].filter((folder) => folder)
  for (const folder of folders) {
    const path = join(folder ?? '', program)
    if (!(await isExecutable(path))) continue
    const { stdout, stderr } = await runCommand(path, acceptable[program].ask)
    const version = parseVersion(stdout || stderr)
    if (version !== undefined && isAcceptable(program, version)) return path
  }
  return undefined
}

async function whyNoGo(): Promise<string | undefined> {
  const { code, stdout } = await runCommand('go', ['version'])
  if (code !== 0) return 'Go >= 1.26 is not installed to build them'
  const version = parseVersion(stdout.replace('go version go', ''))
  return version === undefined || isBelow(version, [1, 26])
    ? `the Go here is too old to build them (${stdout.trim()}, needs 1.26)`
    : undefined
}

function allOf(found: Partial<Record<Program, string>>): Binaries {
  const missing = programs.filter((program) => found[program] === undefined)
  if (missing.length > 0) throw new Error(`no path for ${missing.join(', ')}`)
  return found as Binaries
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
