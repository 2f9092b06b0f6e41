import { describe, expect, it } from 'vitest'
import { humanDuration } from '../../../sandbox/kinds/columns/cell.ts'
import { ingress, kindsWith, objectOf, service, shown, workload } from './objects.ts'

const { kinds, kindOf, write } = kindsWith()
const cells = (object: Parameters<typeof write>[0], nowMs = 0) => shown(kindOf(object), object, nowMs)
const born = { creationTimestamp: '2026-01-01T00:00:00Z' }
const later = (seconds: number) => Date.parse(born.creationTimestamp) + seconds * 1000

describe('an age', () => {
  it.each([
    [10, '10s'],
    [119, '119s'],
    [120, '2m'],
    [303, '5m3s'],
    [3_600, '60m'],
    [10_800, '3h'],
    [11_100, '3h5m'],
    [100_000, '27h'],
    [172_800, '2d'],
    [187_200, '2d4h'],
    [864_000, '10d'],
    [63_158_400, '2y1d'],
  ])('of %i seconds is written %s', (seconds, written) => {
    expect(humanDuration(seconds * 1000)).toBe(written)
  })
})

describe('kubectl get', () => {
  it('shows of a Deployment who is ready', () => {
    const status = { replicas: 3, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 1 }
    const object = { ...write(workload('Deployment', { replicas: 3 })).object, status }
    expect(cells({ ...object, metadata: { ...object.metadata, ...born } }, later(90))).toEqual({
      Name: 'web',
      Ready: '2/3',
      'Up-to-date': 2,
      Available: 1,
      Age: '90s',
      Containers: 'web',
      Images: 'web:v1',
      Selector: 'app=web',
    })
  })

  const podWith = (status: object, metadata = {}) =>
    objectOf('v1', 'Pod', { spec: { containers: [{ name: 'web' }] }, status }, metadata)
  const container = (state: object, more = {}) => ({
    containerStatuses: [{ name: 'web', ready: false, restartCount: 0, state, ...more }],
  })

  it.each([
    ['Running', '1/1', { phase: 'Running', ...container({ running: {} }, { ready: true }) }],
    ['CrashLoopBackOff', '0/1', { phase: 'Running', ...container({ waiting: { reason: 'CrashLoopBackOff' } }) }],
    ['Evicted', '0/1', { phase: 'Failed', reason: 'Evicted' }],
    ['Pending', '0/1', { phase: 'Pending' }],
  ])('shows a pod as %s', (Status, Ready, status) => {
    expect(cells(podWith(status))).toMatchObject({ Status, Ready })
  })

  it('says when a pod restarted last, and that it is going', () => {
    const ended = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:00Z' } }
    const status = { phase: 'Running', ...container({ running: {} }, { restartCount: 2, lastState: ended }) }
    expect(cells(podWith(status), later(60))).toMatchObject({ Restarts: '2 (60s ago)' })
    expect(cells(podWith(status, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toMatchObject({
      Status: 'Terminating',
    })
  })

  it('shows where a Service and an Ingress answer', () => {
    const exposed = service({
      type: 'LoadBalancer',
      clusterIP: '10.96.0.9',
      ports: [{ port: 80, nodePort: 30_080, protocol: 'TCP' }],
    })
    expect(cells(exposed)).toMatchObject({
      'Cluster-IP': '10.96.0.9',
      'External-IP': '<pending>',
      'Port(s)': '80:30080/TCP',
      Selector: 'app=web',
    })
    expect(cells(ingress())).toMatchObject({ Class: '<none>', Hosts: 'shop.test', Address: '', Ports: '80' })
  })

  it('shows what an autoscaler aims at', () => {
    const metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ]
    const scaleTargetRef = { kind: 'Deployment', name: 'web' }
    const object = objectOf('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { scaleTargetRef, metrics, minReplicas: 1, maxReplicas: 5 },
    })
    expect(cells(object)).toMatchObject({
      Reference: 'Deployment/web',
      Targets: 'cpu: <unknown>/80%',
      MinPods: '1',
      MaxPods: 5,
      Replicas: 0,
    })
  })

  it('has a name for everything', () => {
    const lacking = kinds.filter(({ columns }) => columns.every(({ name }) => name !== 'Name'))
    expect(lacking).toEqual([])
  })
})
