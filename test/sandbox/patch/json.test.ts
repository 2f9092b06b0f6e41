import { describe, expect, it } from 'vitest'
import { objectOf } from '../../../api/json.ts'
import { jsonPatch } from '../../../sandbox/patch/json.ts'

const live = { spec: { replicas: 2, list: ['a', 'b'] }, labels: { 'app/name': 'web' } }

describe('a JSON patch', () => {
  it.each([
    { what: 'adds a field', patch: [{ op: 'add', path: '/spec/paused', value: true }], spec: { paused: true } },
    { what: 'replaces a field', patch: [{ op: 'replace', path: '/spec/replicas', value: 3 }], spec: { replicas: 3 } },
    {
      what: 'adds what it cannot replace',
      patch: [{ op: 'replace', path: '/spec/paused', value: 1 }],
      spec: { paused: 1 },
    },
    {
      what: 'inserts an item',
      patch: [{ op: 'add', path: '/spec/list/1', value: 'x' }],
      spec: { list: ['a', 'x', 'b'] },
    },
    {
      what: 'appends an item',
      patch: [{ op: 'add', path: '/spec/list/-', value: 'x' }],
      spec: { list: ['a', 'b', 'x'] },
    },
    { what: 'removes an item', patch: [{ op: 'remove', path: '/spec/list/0' }], spec: { list: ['b'] } },
    { what: 'copies', patch: [{ op: 'copy', from: '/labels/app~1name', path: '/spec/app' }], spec: { app: 'web' } },
    {
      what: 'works on what it copied without touching the original',
      patch: [
        { op: 'copy', from: '/spec/list', path: '/spec/more' },
        { op: 'add', path: '/spec/more/-', value: 'c' },
      ],
      spec: { more: ['a', 'b', 'c'] },
    },
    {
      what: 'copies nothing as null',
      patch: [{ op: 'copy', from: '/labels/constructor', path: '/spec/app' }],
      spec: { app: null },
    },
    { what: 'passes a test', patch: [{ op: 'test', path: '/spec/list', value: ['a', 'b'] }], spec: {} },
    { what: 'finds null where nothing is', patch: [{ op: 'test', path: '/spec/paused', value: null }], spec: {} },
  ])('$what', ({ patch, spec }) => {
    const before = structuredClone(live)
    expect(jsonPatch(live, patch)).toStrictEqual({ ...live, spec: { ...live.spec, ...spec } })
    expect(live).toEqual(before)
  })

  it('moves to where things are once the moved one is gone', () => {
    const items = { list: [{ n: 0 }, { n: 1 }, { n: 2 }] }
    const before = structuredClone(items)
    expect(jsonPatch(items, [{ op: 'move', from: '/list/0', path: '/list/1/moved' }])).toStrictEqual({
      list: [{ n: 1 }, { n: 2, moved: { n: 0 } }],
    })
    expect(items).toEqual(before)
  })

  it('moves', () => {
    const patch = [{ op: 'move', from: '/spec/list', path: '/spec/items' }]
    expect(jsonPatch(live, patch)).toStrictEqual({ ...live, spec: { replicas: 2, items: ['a', 'b'] } })
  })

  it('shares what it leaves alone, and is the very object where it changes nothing', () => {
    const patched = objectOf(jsonPatch(live, [{ op: 'replace', path: '/spec/replicas', value: 3 }]))
    expect(patched['labels']).toBe(live.labels)
    expect(objectOf(patched['spec'])['list']).toBe(live.spec.list)
    expect(jsonPatch(live, [{ op: 'replace', path: '/spec/list', value: ['a', 'b'] }])).toBe(live)
  })

  it.each([
    { op: 'test', path: '/spec/replicas', value: 3 },
    { op: 'add', path: '/spec/absent/field', value: 1 },
    { op: 'add', path: '/spec/list/3', value: 'x' },
    { op: 'add', path: '/spec/list/x', value: 'x' },
    { op: 'remove', path: '/spec/absent' },
    { op: 'replace', path: '/spec/list/2', value: 'x' },
    { op: 'test', path: '/spec/list/9', value: null },
    { op: 'add', path: '/spec/replicas/x', value: 1 },
    { op: 'add', path: 'spec', value: 1 },
    { op: 'explode', path: '/spec' },
    { op: 'copy', path: '/spec/app', from: '/absent/field' },
    { op: 'copy', path: '/spec/app', from: '/spec/list/2' },
    { op: 'replace', path: '/spec/list/-', value: 'x' },
    { op: 'add', path: '/spec/__proto__/x', value: 1 },
    { op: 'remove' },
  ])('that does not apply is refused with 422: %j', (step) => {
    expect(() => jsonPatch(live, [step])).toThrow(expect.objectContaining({ code: 422, reason: 'Invalid' }))
  })

  it.each([null, {}, 'x', [1], [null]])('that is no list of operations is refused with 400: %j', (patch) => {
    expect(() => jsonPatch(live, patch)).toThrow(expect.objectContaining({ code: 400, reason: 'BadRequest' }))
  })
})
