import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { strategicPatch } from '../../../sandbox/patch/strategic.ts'

const numRuns = 1_000

interface Variable {
  readonly name: string
  readonly value?: string
}

const variable: fc.Arbitrary<Variable> = fc.record(
  { name: fc.constantFrom('A', 'B', 'C', 'D', 'E'), value: fc.constantFrom('1', '2') },
  { requiredKeys: ['name'] },
)
const variables = fc.uniqueArray(variable, { selector: ({ name }) => name, maxLength: 5 })
const finalizers = fc.uniqueArray(fc.constantFrom('x/1', 'x/2', 'x/3', 'x/4'))

const podWith = (env: readonly Variable[]) => ({ spec: { containers: [{ name: 'web', env }] } })

/** The patch that makes `to` of `from`, as kubectl computes it. */
function patchBetween(from: readonly Variable[], to: readonly Variable[]) {
  const changed = to.flatMap((next) => {
    const old = from.find(({ name }) => name === next.name)
    if (old?.value === next.value && old !== undefined) return []
    return [old?.value !== undefined && next.value === undefined ? { ...next, value: null } : next]
  })
  const deleted = from.filter(({ name }) => !to.some((next) => next.name === name))
  const order = { '$setElementOrder/env': to.map(({ name }) => ({ name })) }
  const env = [...changed, ...deleted.map(({ name }) => ({ name, $patch: 'delete' }))]
  return { spec: { containers: [{ name: 'web', ...order, env }] } }
}

describe('a strategic merge patch', () => {
  it('makes of a list the one that it was computed for', () => {
    fc.assert(
      fc.property(variables, variables, (from, to) => {
        expect(strategicPatch('Pod', podWith(from), patchBetween(from, to))).toEqual(podWith(to))
      }),
      { numRuns },
    )
  })

  it('makes of a set the one that it was computed for', () => {
    fc.assert(
      fc.property(finalizers, finalizers, (from, to) => {
        const metadata = {
          '$setElementOrder/finalizers': to,
          '$deleteFromPrimitiveList/finalizers': from.filter((one) => !to.includes(one)),
          finalizers: to.filter((one) => !from.includes(one)),
        }
        expect(strategicPatch('Pod', { metadata: { finalizers: from } }, { metadata })).toEqual({
          metadata: { finalizers: to },
        })
      }),
      { numRuns },
    )
  })

  it('keeps what somebody else put into the list meanwhile', () => {
    fc.assert(
      fc.property(variables, variables, fc.nat(5), (from, to, index) => {
        const injected = { name: 'INJECTED', value: '1' }
        const live = from.toSpliced(index, 0, injected)
        const patched = strategicPatch('Pod', podWith(live), patchBetween(from, to))
        const [container] = (patched as ReturnType<typeof podWith>).spec.containers
        expect(container?.env).toContainEqual(injected)
        expect(container?.env.filter(({ name }) => name !== injected.name)).toEqual(to)
      }),
      { numRuns },
    )
  })
})
