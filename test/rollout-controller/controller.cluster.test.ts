import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerBed, ok, type RunningController, startControllerBed } from './bed.ts'

/** One story on a real cluster, told in order: opt in, hold, batch by batch, promote, roll back, leave. */
describe('a controller out of the cluster, acting as its service account', () => {
  const name = 'shop'
  let bed: ControllerBed
  let controller: RunningController

  const kubectl = async (...args: readonly string[]) => ok(await bed.cluster.kubectl(...args)).stdout.trim()
  const deployment = (jsonpath: string, of = name) => kubectl('get', 'deployment', of, '-o', `jsonpath=${jsonpath}`)
  const weight = () =>
    kubectl(
      'get',
      'ingress',
      `${name}-canary`,
      '-o',
      String.raw`jsonpath={.metadata.annotations.nginx\.ingress\.kubernetes\.io/canary-weight}`,
    )
  const upgrade = async (tag: string) =>
    ok(
      await bed.cluster.helm(
        'upgrade',
        '--install',
        name,
        'examples/chart',
        '--set',
        `image.tag=${tag},replicas=5,host=${name}.example.com`,
      ),
    )

  beforeAll(async () => {
    bed = await startControllerBed()
    await upgrade('v1')
    await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s')
    controller = await bed.start()
  })
  afterAll(() => bed?.stop())

  it('claims the workload, keeps its template, asks by a dry run and says Healthy', async () => {
    await bed.rollout(name)
    const status = await bed.reaches(name, 'Healthy', ({ phase }) => phase === 'Healthy')
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Held', status: 'True' }))
    expect(await deployment(String.raw`{.metadata.labels.sluice\.dev/rollout}`)).toBe(name)
    expect(
      await kubectl('get', 'podtemplate', `${name}-stable`, '-o', 'jsonpath={.template.spec.containers[0].image}'),
    ).toMatch(/:v1$/)
    expect(await deployment('{.spec.paused}')).toBe('')
  })

  it('holds an upgrade and gives the first batch its pods and its share', async () => {
    await upgrade('v2')
    await bed.reaches(
      name,
      'the first gate',
      ({ release }) => release?.step === 1 && release.gatesOpenedAt !== undefined,
    )
    expect(await deployment('{.spec.paused}')).toBe('true')
    expect(await deployment('{.spec.replicas}', `${name}-canary`)).toBe('1')
    expect(await weight()).toBe('20')
  })

  it('goes on by itself after the API server has crashed', async () => {
    await bed.cluster.restartApiServer({ crash: true, downMs: 2000 })
    await bed.decide(name, 'pause')
    await bed.reaches(name, 'paused', ({ release }) => release?.paused !== undefined)
    await bed.decide(name, 'resume')
    await bed.reaches(name, 'resumed', ({ release }) => release !== undefined && release.paused === undefined)
    expect(await weight()).toBe('20')
  })

  it('goes on when it is approved, and rolls back in one routing write', async () => {
    await bed.decide(name, 'approve')
    await bed.reaches(
      name,
      'the second gate',
      ({ release }) => release?.step === 2 && release.gatesOpenedAt !== undefined,
    )
    expect(await weight()).toBe('50')
    await bed.decide(name, 'rollback')
    await bed.reaches(name, 'RolledBack', ({ phase }) => phase === 'RolledBack')
    expect(await kubectl('get', 'ingress,service,deployment', '-l', 'sluice.dev/rollout-uid', '-o', 'name')).toBe('')
    expect(await deployment('{.spec.paused}')).toBe('true')
  })

  it('promotes a retried release and leaves nothing of its own beside it', async () => {
    await bed.decide(name, 'retry')
    for (const step of [1, 2, 3]) {
      await bed.reaches(
        name,
        `gate ${step}`,
        ({ release }) => release?.step === step && release.gatesOpenedAt !== undefined,
      )
      await bed.decide(name, 'approve')
    }
    await bed.reaches(name, 'Healthy', ({ phase }) => phase === 'Healthy', 90_000)
    expect(await deployment('{.spec.template.spec.containers[0].image}')).toMatch(/:v2$/)
    expect(await deployment('{.status.updatedReplicas}')).toBe('5')
    expect(await deployment('{.spec.paused}')).toBe('')
    expect(await kubectl('get', 'ingress,service,deployment', '-l', 'sluice.dev/rollout-uid', '-o', 'name')).toBe('')
  })

  it('serves its health and its numbers', async () => {
    const answer = async (path: string) => (await fetch(`${controller.url}${path}`)).text()
    expect(await answer('/readyz')).toBe('ok\n')
    expect(await answer('/metrics')).toContain('sluice_rollouts{phase="Healthy"} 1')
  })

  it('leaves the workload the user’s own when its Rollout is deleted in the middle of a release', async () => {
    await upgrade('v3')
    await bed.reaches(
      name,
      'the first gate',
      ({ release }) => release?.step === 1 && release.gatesOpenedAt !== undefined,
    )
    await kubectl('delete', 'rollouts.sluice.dev', name, '--timeout=60s')
    expect(await deployment('{.spec.template.spec.containers[0].image}')).toMatch(/:v2$/)
    expect(await deployment('{.spec.paused}')).toBe('')
    expect(await deployment('{.metadata.labels}')).not.toContain('sluice.dev')
    const ours = 'ingress,service,deployment,podtemplate'
    expect(await kubectl('get', ours, '-l', 'sluice.dev/rollout-uid', '-o', 'name')).toBe('')
    expect(await kubectl('get', 'decisions.sluice.dev', '-o', 'name')).toBe('')
  })
})
