import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { builtInNames } from '../../api/analysis.ts'
import { rowOf, sectionOf } from './built-in-docs.ts'

const page = () => readFile(new URL('../../docs/built-in-analyses.md', import.meta.url), 'utf8')

describe('docs/built-in-analyses.md', () => {
  it('has a row for each, in the order of the API, with its arguments', async () => {
    const rows = (await page()).split('\n').filter((line) => /^\| `[a-z-]+` \| [^|]+ \| (`|none)/.test(line))
    expect(rows).toEqual(builtInNames.map(rowOf))
  })

  it.each(builtInNames)('says what %s asks', async (name) => {
    expect(await page()).toContain(`${sectionOf(name)}\n`)
  })
})
