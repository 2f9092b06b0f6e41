import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundleWorker } from './bundle.ts'

const run = promisify(execFile)
const seeds = ['1', '7', '42', '1234']

/** The other Node of those that are supported, by way of the npm package of that name. */
const node24 = ['npx', '--yes', '--package=node@24', 'node'] as const

describe('the same seed tells the same story, byte by byte,', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await bundleWorker()
  })
  afterAll(() => bundle?.remove())

  const told = async (seed: string, [file, ...args]: readonly [string, ...string[]]) =>
    (await run(file, [...args, bundle.file, seed], { maxBuffer: 64 * 1024 * 1024 })).stdout

  it.each(seeds)('on two runs: seed %s', async (seed) => {
    const story = await told(seed, [process.execPath])
    expect(story.length).toBeGreaterThan(1_000)
    expect(await told(seed, [process.execPath])).toBe(story)
  })

  it('on this Node and on Node 24', async () => {
    const { stdout: version } = await run(node24[0], [...node24.slice(1), '--version'])
    expect(version).toMatch(/^v24\./)
    for (const seed of seeds) expect(await told(seed, node24)).toBe(await told(seed, [process.execPath]))
  })
})
