import { describe, expect, it } from 'vitest'
import type { KubeObject, Resource } from '../../api/kube-object.ts'
import { KubeError } from '../../kube/errors.ts'
import { createEventRecorder, type EventInput } from '../../kube/events.ts'
import type { Patch } from '../../kube/types.ts'
import { createVirtualClock } from '../../sandbox/virtual-clock.ts'

const regarding = {
  apiVersion: 'sluice.dev/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'web', namespace: 'shop', uid: 'u' },
}
const held: EventInput = { regarding, type: 'Normal', reason: 'Held', action: 'Hold', note: 'the update is held' }

function setUp(fail: { create?: KubeError; patch?: KubeError } = {}) {
  const clock = createVirtualClock()
  const created: KubeObject[] = []
  const patched: unknown[] = []
  const problems: unknown[] = []
  const client = {
    async create(_resource: Resource, object: KubeObject) {
      if (fail.create !== undefined) throw fail.create
      created.push(object)
      return object
    },
    async patch(_resource: Resource, _name: unknown, patch: Patch) {
      if (fail.patch !== undefined) throw fail.patch
      patched.push(patch.body)
      return held.regarding
    },
  }
  const onProblem = (error: unknown) => problems.push(error)
  const recorder = createEventRecorder(client, { component: 'sluice', instance: 'sluice-0', clock, onProblem })
  return { clock, created, patched, problems, recorder }
}

describe('the event recorder', () => {
  it('counts a repeated event on the first, at most every 10 s', async () => {
    const { clock, created, patched, recorder } = setUp()
    for (let turn = 0; turn < 100; turn += 1) {
      recorder.record(held)
      await clock.advance(200)
    }
    await recorder.flush()
    expect(created).toHaveLength(1)
    expect(patched.length).toBeLessThanOrEqual(3)
    expect(patched.at(-1)).toMatchObject({ series: { count: 100 } })
  })

  it('bounds what one object may write, and lets others through', async () => {
    const { created, recorder } = setUp()
    for (let turn = 0; turn < 200; turn += 1) recorder.record({ ...held, note: `weight ${turn}` })
    recorder.record({
      ...held,
      regarding: { ...regarding, metadata: { ...regarding.metadata, name: 'api', uid: 'v' } },
    })
    await recorder.flush()
    expect(created).toHaveLength(26)
    expect(new Set(created.map(({ metadata }) => metadata.name)).size).toBe(26)
  })

  it('writes an event anew once the server has dropped it', async () => {
    const { created, recorder } = setUp({ patch: new KubeError('not-found', 'dropped') })
    recorder.record(held)
    recorder.record(held)
    await recorder.flush()
    expect(created).toHaveLength(1) // both were counted before the first was sent
    recorder.record(held)
    await recorder.flush()
    expect(created.at(-1)).toMatchObject({ series: { count: 3 } })
  })

  it('reports a refusal and goes on', async () => {
    const { problems, recorder } = setUp({ create: new KubeError('denied', 'no') })
    recorder.record(held)
    recorder.record({ ...held, reason: 'Other' })
    await recorder.flush()
    expect(problems).toHaveLength(2)
  })
})
