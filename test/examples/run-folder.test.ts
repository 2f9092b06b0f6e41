import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRunFolder } from '../../examples/demo/run-folder.ts'

let parent = ''
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'run-folder-'))
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

describe('the folder of a run', () => {
  it('is removed with all that is in it, also twice', () => {
    const folder = openRunFolder(parent)
    mkdirSync(join(folder.path, 'bin'))
    folder.remove()
    folder.remove()
    expect(readdirSync(parent)).toEqual([])
  })

  it('comes in place of those whose process has died, and beside those that live', () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    const [dead, alive, foreign] = [`sluice-demo-${pid}-abc`, `sluice-demo-${process.ppid}-abc`, 'sluice-demo-notes']
    for (const name of [dead, alive, foreign]) mkdirSync(join(parent, name ?? ''))
    const other = openRunFolder(parent)
    const folder = openRunFolder(parent)
    expect(existsSync(other.path)).toBe(true)
    expect(readdirSync(parent).filter((name) => !folder.path.endsWith(name) && !other.path.endsWith(name))).toEqual([
      alive,
      foreign,
    ])
  })
})
