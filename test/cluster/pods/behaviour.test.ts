import { describe, expect, it } from 'vitest'
import { decideAnswer, type Pod, parsePod, tagOf } from '../../../sandbox/pods/behaviour.ts'
import { Directory } from './directory.ts'

const object = (annotations: Record<string, string> = {}, ready = 'True') => ({
  metadata: { uid: 'u1', name: 'web-1', namespace: 'shop', annotations },
  spec: { containers: [{ image: 'registry.example.com/web:v2' }] },
  status: { podIP: '10.1.2.3', phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
})

describe('a pod', () => {
  it.each([
    ['registry:5000/shop/web:v2', 'v2'],
    ['web:v3@sha256:abc', 'v3'],
    ['registry:5000/web', 'latest'],
  ])('of the image %s is version %s', (image, version) => {
    expect(tagOf(image)).toBe(version)
  })

  it('without an address is nobody', () => {
    expect(parsePod({ ...object(), status: { phase: 'Pending' } })).toBeUndefined()
  })

  it('answers 200, or 500 for the share that its annotation says', () => {
    const pod = parsePod(object({ 'pod.sluice.test/error-share': '0.2', 'pod.sluice.test/delay-ms': '30' }))
    expect(decideAnswer(pod, 0.19)).toEqual({ kind: 'answer', status: 500, afterMs: 30 })
    expect(decideAnswer(pod, 0.2)).toEqual({ kind: 'answer', status: 200, afterMs: 30 })
  })

  it('with an error header fails every request that carries it, and no other', () => {
    const pod = parsePod(object({ 'pod.sluice.test/error-header': 'X-Beta' }))
    expect(decideAnswer(pod, 0.99, { 'x-beta': '' })).toMatchObject({ status: 500 })
    expect(decideAnswer(pod, 0, { accept: '*/*' })).toMatchObject({ status: 200 })
    const some = parsePod(object({ 'pod.sluice.test/error-header': 'x-beta', 'pod.sluice.test/error-share': '0.5' }))
    expect(decideAnswer(some, 0.5, { 'x-beta': '1' })).toMatchObject({ status: 200 })
  })

  it('that is not ready says so, and one that crashes or is gone resets', () => {
    expect(decideAnswer(parsePod(object({}, 'False')), 0)).toMatchObject({ status: 503 })
    expect(decideAnswer(parsePod(object({ 'pod.sluice.test/crash': 'true' })), 0)).toEqual({ kind: 'reset' })
    expect(decideAnswer(undefined, 0)).toEqual({ kind: 'reset' })
  })
})

describe('the directory', () => {
  it('tells of each pod that goes, also of those that went while nobody watched', () => {
    const gone: string[] = []
    const directory = new Directory(({ name }) => gone.push(name))
    const pod = (name: string, address: string): Pod => {
      const parsed = parsePod(object())
      if (parsed === undefined) throw new Error('not a pod')
      return { ...parsed, uid: name, name, address }
    }
    const [one, two, three] = [pod('one', '10.0.0.1'), pod('two', '10.0.0.2'), pod('three', '10.0.0.3')]
    directory.keepOnly([one, two])
    directory.keepOnly([two, three])
    directory.remove(three)
    expect(gone).toEqual(['one', 'three'])
    expect(directory.at('10.0.0.2')?.name).toBe('two')
  })
})
