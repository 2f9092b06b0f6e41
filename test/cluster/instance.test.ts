import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimInstance, instanceFolder, readInstance, thisProcess, writeState } from './instance.ts'

const linux = process.platform === 'linux'
let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'sluice-instance-')), 'clusters', 'default')
})
afterEach(() => rm(join(folder, '..', '..'), { recursive: true, force: true }))

describe.runIf(linux)('the name of a background cluster', () => {
  it('goes to one of two that want it at once', async () => {
    const outcomes = await Promise.all([claimInstance(folder), claimInstance(folder)])
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['alive', 'none'])
    expect(await readdir(join(folder, '..'))).toEqual(['default'])
  })

  it('is free again when its owner is dead, even if another process has its id now', async () => {
    await claimInstance(folder)
    await writeState(folder, { kind: 'starting', owner: { ...thisProcess(), startTime: '1' } })
    expect(await readInstance(folder)).toEqual({ kind: 'stale' })
    expect(await claimInstance(folder)).toEqual({ kind: 'none' })
  })

  it('cannot lead out of the cache folder', () => {
    expect(() => instanceFolder('../../etc')).toThrow('no name for a cluster')
  })
})
