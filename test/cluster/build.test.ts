import { type ChildProcess, spawn } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BuildOptions, build, builtPath, isBuilt } from './build.ts'
import { waitFor } from './daemon.ts'
import type { Recipe } from './recipes.ts'

const linux = process.platform === 'linux'
const recipe: Recipe = {
  name: 'tool',
  version: '1.0.0',
  module: 'tool',
  package: '.',
  ldflags: '-s',
  programs: ['kwok'],
}
let folder: string
let options: BuildOptions & { readonly modules: string; readonly go: string }
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-build-'))
  options = {
    cache: join(folder, 'cache'),
    modules: join(folder, 'modules'),
    go: join(folder, 'go'),
    progress: () => {},
  }
  await mkdir(join(options.modules, 'tool'), { recursive: true })
  await writeFile(join(options.modules, 'tool', 'go.mod'), 'module tool\n')
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Stands in for Go: a script that gets the arguments of `go build` and has `$out` as the file to make. */
async function fakeGo(script: string): Promise<void> {
  const findOut = 'for a in "$@"; do [ "$last" = -o ] && out=$a; last=$a; done'
  await writeFile(options.go, `#!/bin/sh\n${findOut}\necho run >>${join(folder, 'runs')}\n${script}\n`, { mode: 0o755 })
}

const runs = async () => (await readFile(join(folder, 'runs'), 'utf8')).trim().split('\n').length

describe.runIf(linux)('a build', () => {
  it('happens once, however many ask for it at the same time', async () => {
    await fakeGo('sleep 0.2; echo whole >"$out"')
    const [one, two] = await Promise.all([build(recipe, options), build(recipe, options)])
    expect(one).toBe(two)
    expect(await readFile(one, 'utf8')).toBe('whole\n')
    expect(await runs()).toBe(1)
  })

  it('is another one when a file of its module changes', async () => {
    const before = await builtPath(recipe, options)
    await writeFile(join(options.modules, 'tool', 'main.go'), 'package main\n')
    expect(await builtPath(recipe, options)).not.toBe(before)
  })

  it('that fails says why and leaves nothing', async () => {
    await fakeGo('echo half >"$out"; echo "main.go:1: no such thing" >&2; exit 1')
    await expect(build(recipe, options)).rejects.toThrow('no such thing')
    expect(await isBuilt(recipe, options)).toBe(false)
    expect(await readdir(options.cache)).toEqual(['build.lock'])
  })

  it('that is killed half-way leaves no binary and no lock, and the next one succeeds', async () => {
    await fakeGo('echo half >"$out"; sleep 60')
    const script = join(folder, 'build.mts')
    const buildModule = fileURLToPath(new URL('build.ts', import.meta.url))
    await writeFile(
      script,
      `import { build } from ${JSON.stringify(buildModule)}
       await build(${JSON.stringify(recipe)}, { ...${JSON.stringify(options)}, progress: () => {} })`,
    )
    const killed = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], { stdio: 'inherit' })
    child = killed
    await waitFor(() => access(join(folder, 'runs')).then(() => true), { what: 'the build to begin' })
    const ended = new Promise((resolve) => killed.once('exit', resolve))
    killed.kill('SIGKILL')
    await ended
    expect(await isBuilt(recipe, options)).toBe(false)

    await fakeGo('echo whole >"$out"')
    expect(await readFile(await build(recipe, options), 'utf8')).toBe('whole\n')
    expect((await readdir(options.cache)).sort()).toEqual(['bin', 'build.lock'])
  })
})
