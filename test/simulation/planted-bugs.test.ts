import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { plantedBugs } from './planted-bugs.ts'

const root = join(import.meta.dirname, '..', '..')
const mutations = plantedBugs.flatMap(({ name, mutations: all }) => all.map((one) => ({ name, ...one })))

describe('a planted bug', () => {
  it.each(mutations)('$name: has exactly one place in $file', ({ file, find }) => {
    expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2)
  })
})
