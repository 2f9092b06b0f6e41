import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../rollout-controller/server/metrics.ts'
import { buildServer } from '../../../rollout-controller/server/server.ts'

function served(missing: readonly string[] = []) {
  const metrics = createMetrics({
    rollouts: () => [
      { phase: 'Healthy', held: true },
      { phase: 'Progressing', held: false },
    ],
    queue: () => ({ rollback: 0, normal: 3 }),
    isLeader: () => true,
  })
  const app = buildServer({ metrics: metrics.registry, missing: () => missing })
  const get = async (url: string) => {
    const { statusCode, body } = await app.inject({ url })
    return { statusCode, body }
  }
  return { metrics, get }
}

describe('the controller’s server', () => {
  it('is healthy as soon as it answers', async () => {
    expect(await served(['deployments']).get('/healthz')).toEqual({ statusCode: 200, body: 'ok\n' })
  })

  it('is ready once it knows every kind, and says which it waits for', async () => {
    expect(await served().get('/readyz')).toEqual({ statusCode: 200, body: 'ok\n' })
    expect(await served(['deployments', 'services']).get('/readyz')).toEqual({
      statusCode: 503,
      body: 'waiting for deployments, services\n',
    })
  })

  it('counts Rollouts by phase, holds, keys that wait, transitions and slips', async () => {
    const { metrics, get } = served()
    metrics.moved('promoted')
    metrics.slipped()
    metrics.reconciled('ok', 12)
    metrics.requested('patch', 'Deployment', 200, 3)
    const { body } = await get('/metrics')
    for (const line of [
      'sluice_rollouts{phase="Healthy"} 1',
      'sluice_rollouts{phase="Promoting"} 0',
      'sluice_holds_in_force 1',
      'sluice_queue_keys{place="normal"} 3',
      'sluice_leader 1',
      'sluice_transitions_total{transition="promoted"} 1',
      'sluice_slips_total 1',
      'sluice_reconcile_seconds_count{outcome="ok"} 1',
      'sluice_kube_request_seconds_count{verb="patch",kind="Deployment",status="200"} 1',
    ]) {
      expect(body).toContain(line)
    }
  })

  it('keeps paths of raw requests out of its labels', async () => {
    const { metrics, get } = served()
    metrics.requested('request', '/api/v1/namespaces/secret-name', 200, 1)
    expect((await get('/metrics')).body).not.toContain('secret-name')
  })
})
