import { describe, expect, it } from 'vitest'
import { kindsWith, objectOf, shown } from './objects.ts'

const { kindOf, write } = kindsWith()
const regarding = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' }
const modern = objectOf('events.k8s.io/v1', 'Event', {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'sluice.dev/controller',
  reportingInstance: 'one',
  regarding,
  type: 'Normal',
  reason: 'Held',
  action: 'Hold',
  note: 'the update is held',
})
const modernKind = kindOf(modern)
const coreKind = kindOf({ apiVersion: 'v1', kind: 'Event' })

describe('an event', () => {
  it('of events.k8s.io is seen in the core group under its old names', () => {
    const stored = write(modern).object
    expect(coreKind.alias?.of).toEqual(modernKind.resource)
    expect(coreKind.alias?.fromStored(stored)).toMatchObject({
      apiVersion: 'v1',
      involvedObject: regarding,
      message: 'the update is held',
      reportingComponent: 'sluice.dev/controller',
      source: {},
      firstTimestamp: null,
    })
  })

  it('of the core group is stored as one of events.k8s.io, and comes back the same', () => {
    const old = {
      involvedObject: regarding,
      message: 'hi',
      reason: 'X',
      type: 'Normal',
      count: 2,
      source: { component: 'c' },
    }
    const { object, causes } = write(objectOf('v1', 'Event', old))
    const stored = coreKind.alias?.toStored(object)
    expect(causes).toEqual([])
    expect(stored).toMatchObject({ apiVersion: 'events.k8s.io/v1', regarding, note: 'hi', deprecatedCount: 2 })
    expect(stored === undefined ? undefined : coreKind.alias?.fromStored(stored)).toEqual(object)
    expect(stored === undefined ? undefined : modernKind.complete(stored)).toBe(stored)
  })

  it('is selected by what it is about, in the words of either group', () => {
    const stored = write(modern).object
    expect(modernKind.selectable?.['regarding.name']?.(stored)).toBe('web')
    expect(coreKind.selectable?.['involvedObject.kind']?.(coreKind.alias?.fromStored(stored) ?? stored)).toBe(
      'Deployment',
    )
  })

  it('is shown alike in both groups', () => {
    const stored = write({ ...modern, series: { count: 5, lastObservedTime: '2026-01-01T00:01:00.000000Z' } }).object
    const now = Date.parse('2026-01-01T00:01:30Z')
    const cells = shown(modernKind, stored, now)
    expect(cells).toMatchObject({
      'Last Seen': '30s',
      Type: 'Normal',
      Object: 'deployment/web',
      Count: 5,
      'First Seen': '90s',
    })
    expect(cells).toEqual(shown(coreKind, coreKind.alias?.fromStored(stored) ?? stored, now))
  })

  it('of events.k8s.io needs a time, a reporter and an action', () => {
    const { eventTime: _, ...timeless } = modern
    expect(
      write({ ...timeless, apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: modern.metadata }).causes,
    ).toEqual(['eventTime: Required value'])
    expect(write({ ...modern, action: '', reportingController: '' }).causes).toEqual([
      'reportingController: Required value',
      'action: Required value',
    ])
  })

  it('of the core group lies where its object does', () => {
    expect(write(objectOf('v1', 'Event', { involvedObject: { ...regarding, namespace: 'other' } })).causes).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ])
  })
})
