import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { rolloutSpecSchema } from '../../api/crds/rollout-spec.ts'
import type { Schema } from '../../api/crds/schema.ts'
import { useSchema } from '../../api/crds/use.ts'
import { defaultProgressDeadline, maxGates, maxRoutes, maxSteps } from '../../api/limits.ts'

/** `strategy.canary.steps[].weight` and the like. What a list of analyses has in it is said once, of a gate's. */
function pathsOf(schema: Schema, path = ''): readonly string[] {
  const items = schema.items === undefined || schema.items === useSchema ? [] : pathsOf(schema.items, `${path}[]`)
  const fields = Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const inner = path === '' ? key : `${path}.${key}`
    return [inner, ...pathsOf(field, inner)]
  })
  return [...items, ...fields]
}

const page = () => readFile(new URL('../../docs/rollout-spec.md', import.meta.url), 'utf8')

describe('docs/rollout-spec.md', () => {
  it('has a row for every field of the schema, and for no other', async () => {
    const rows = [...(await page()).matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field)
    expect(rows).toEqual(pathsOf(rolloutSpecSchema))
  })

  it('says the bounds that the API server keeps', async () => {
    const text = await page()
    for (const bound of [`${maxSteps} steps`, `${maxGates} gates`, `${maxRoutes} routes`, defaultProgressDeadline]) {
      expect(text).toContain(bound)
    }
  })
})
