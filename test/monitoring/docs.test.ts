import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { causes } from '../../rollout-controller/server/release-metrics.ts'
import { served, servedMetrics } from './served.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/metrics.md', import.meta.url)), 'utf8')
const metrics = await served(servedMetrics().registry)
const ours = [...metrics].filter(([name]) => name.startsWith('sluice_'))

interface Row {
  readonly name: string
  readonly type: string
  /** By label its values, where the page gives them. */
  readonly labels: ReadonlyMap<string, readonly string[]>
}

const row = /^\| `(\w+)` \| (gauge|counter|histogram) \| (.*?) ?\| \S/

/** The rows of the tables of metrics. */
const rows: readonly Row[] = page.split('\n').flatMap((line) => {
  const [, name = '', type = '', labels = ''] = row.exec(line) ?? []
  if (name === '') return []
  const found = [...labels.matchAll(/`(\w+)`(?: \(([^)]*)\))?/g)]
  return { name, type, labels: new Map(found.map(([, label = '', values]) => [label, values?.split(', ') ?? []])) }
})
const rowOf = (name: string) => rows.find((one) => one.name === name)

describe('docs/metrics.md', () => {
  it('has a row for every metric of ours, and for none that is not served', () => {
    expect(
      rows
        .map(({ name }) => name)
        .filter((name) => name.startsWith('sluice_'))
        .sort(),
    ).toEqual(ours.map(([name]) => name).sort())
  })

  it.each(ours)('says of %s its type, its labels and their values', (name, { type, labels }) => {
    const written = rowOf(name)
    expect(written?.type).toBe(type)
    expect([...(written?.labels.keys() ?? [])].sort()).toEqual([...labels.keys()].sort())
    const given = [...(written?.labels ?? [])].filter(([, values]) => values.length > 0)
    const valuesServed = given.map(([label]) => [label, [...(labels.get(label) ?? [])].toSorted()])
    expect(given.map(([label, values]) => [label, values.toSorted()])).toEqual(valuesServed)
  })

  it('names all that is served of the process', () => {
    const others = [...metrics.keys()].filter((name) => !name.startsWith('sluice_'))
    expect(others.length).toBeGreaterThan(15)
    expect(others.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('explains every cause of a rollback', () => {
    const explained = [...page.matchAll(/^\| `([a-z-]+)` \| [a-z]/gm)].map(([, cause = '']) => cause)
    expect(explained.sort()).toEqual([...causes].sort())
  })
})
