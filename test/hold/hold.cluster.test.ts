import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bypassAnnotation, heldAnnotation, holdPolicyName, rolloutLabel } from '../../api/names.ts'
import { holdPolicy } from '../../api/policies/hold.ts'
import { asController, deployment, type HoldBed, imageOf, ok, type Seen, seenIn, startHoldBed } from './bed.ts'
import { until } from './until.ts'

const template = (version: string) => ({ spec: { containers: [{ name: 'web', image: imageOf(version) }] } })
const chart = fileURLToPath(new URL('../../examples/chart', import.meta.url))

/** No process of Sluice runs in this file: whatever is held, the API server holds. */
describe('with nothing of ours running, an update of a claimed Deployment', () => {
  let bed: HoldBed
  beforeAll(async () => {
    bed = await startHoldBed()
  })
  afterAll(() => bed?.stop())

  const holding = (name: string, version = 'v2') => ({ version, paused: true, held: true, label: name })
  const heldUpdate = async (name: string) => {
    await bed.claimed(name)
    ok(await bed.setImage(name, 'v2'))
    expect(await bed.read(name)).toMatchObject(holding(name))
  }
  /** Long enough for the Deployment controller to have rolled it, had it been let. */
  const stillOn = async (name: string, version: string) => {
    await sleep(1_500)
    expect(await bed.versions(name)).toEqual([version])
  }

  it('by helm upgrade --wait is held and announced, and no pod is touched', async () => {
    const values = ['--set', 'replicas=2,image.repository=registry.example.com/web,host=shop.test']
    ok(await bed.cluster.helm('install', 'shop', chart, ...values, '--wait', '--timeout', '60s'))
    ok(await bed.cluster.kubectl('label', 'deployment', 'shop', `${rolloutLabel}=shop`))
    const podsOf = async () =>
      ok(await bed.cluster.kubectl('get', 'pods', '-l', 'app.kubernetes.io/instance=shop', '-o', 'name')).stdout
    const before = await podsOf()

    const upgrade = ok(
      await bed.cluster.helm(
        'upgrade',
        'shop',
        chart,
        ...values,
        '--set',
        'image.tag=v2',
        '--wait',
        '--timeout',
        '60s',
      ),
    )

    expect(upgrade.stderr + upgrade.stdout).toContain(
      'this update is held by Rollout shop; follow it with: sluice status shop -n default --watch',
    )
    expect(await bed.read('shop')).toMatchObject(holding('shop'))
    await sleep(1_500)
    expect(await podsOf()).toBe(before)

    ok(await bed.cluster.helm('rollback', 'shop', '1', '--wait', '--timeout', '60s'))
    expect(await bed.read('shop')).toMatchObject(holding('shop', 'v1'))
    expect(await podsOf()).toBe(before)
  })

  it('by kubectl is held, and kubectl says so', async () => {
    await bed.claimed('web')
    const { stderr } = ok(await bed.setImage('web', 'v2'))
    expect(stderr).toContain('this update is held by Rollout web')
    expect(await bed.read('web')).toMatchObject(holding('web'))
    await stillOn('web', 'v1')
  })

  it('by server-side apply is held, and a later apply of the same leaves it so', async () => {
    await bed.claimed('applied')
    const wanted = { ...deployment('applied', { [rolloutLabel]: 'applied' }) }
    const v2 = { ...wanted, spec: { ...wanted.spec, template: { ...wanted.spec.template, ...template('v2') } } }
    ok(await bed.cluster.apply(v2))
    expect(await bed.read('applied')).toMatchObject(holding('applied'))
    ok(await bed.cluster.apply(v2))
    expect(await bed.read('applied')).toMatchObject(holding('applied'))
    await stillOn('applied', 'v1')
  })

  it('by a PUT that knows none of our fields is held, and such a PUT later lifts nothing', async () => {
    await bed.claimed('put')
    const plain = deployment('put')
    const v2 = { ...plain, spec: { ...plain.spec, template: { ...plain.spec.template, ...template('v2') } } }
    const file = join(bed.cluster.folder, 'put.json')
    await writeFile(file, JSON.stringify(v2))
    ok(await bed.cluster.kubectl('replace', '-f', file))
    expect(await bed.read('put')).toMatchObject(holding('put'))
    const again = ok(await bed.cluster.kubectl('replace', '-f', file))
    expect(again.stderr).toContain('stays held by Rollout put')
    expect(await bed.read('put')).toMatchObject(holding('put'))
    await stillOn('put', 'v1')
  })

  it('that drops the label, or claims it for another, keeps the claim', async () => {
    await bed.claimed('label')
    ok(await bed.patch('label', { metadata: { labels: { [rolloutLabel]: null } }, spec: { template: template('v2') } }))
    expect(await bed.read('label')).toMatchObject(holding('label'))
    ok(await bed.patch('label', { metadata: { labels: { [rolloutLabel]: 'x' } }, spec: { template: template('v3') } }))
    expect(await bed.read('label')).toMatchObject(holding('label', 'v3'))
  })

  it('stays held through kubectl rollout resume, which is told the way out', async () => {
    await heldUpdate('resumed')
    const { stderr } = ok(await bed.cluster.kubectl('rollout', 'resume', 'deployment/resumed'))
    expect(stderr).toContain('stays held by Rollout resumed')
    expect(stderr).toContain('sluice approve resumed -n default')
    expect(stderr).toContain(bypassAnnotation)
    expect(await bed.read('resumed')).toMatchObject(holding('resumed'))
    await stillOn('resumed', 'v1')
  })

  it('stays held when somebody takes our annotation or our label off, to resume afterwards', async () => {
    await heldUpdate('stripped')
    ok(await bed.patch('stripped', { metadata: { annotations: { [heldAnnotation]: null } } }))
    ok(await bed.cluster.kubectl('label', 'deployment', 'stripped', `${rolloutLabel}-`))
    ok(await bed.patch('stripped', { spec: { paused: false } }))
    expect(await bed.read('stripped')).toMatchObject(holding('stripped'))
    await stillOn('stripped', 'v1')
  })

  it('can be scaled while it is held', async () => {
    await heldUpdate('scaled')
    ok(await bed.cluster.kubectl('scale', 'deployment/scaled', '--replicas=4'))
    ok(await bed.patch('scaled', { spec: { replicas: 5 } }))
    expect(await bed.read('scaled')).toMatchObject({ ...holding('scaled'), replicas: 5 })
    await stillOn('scaled', 'v1')
  })

  it('is shown held by a dry run, which changes nothing', async () => {
    await bed.claimed('dry')
    const dryRun = ok(await bed.setImage('dry', 'v2', '--dry-run=server', '-o', 'json'))
    expect(seenIn(dryRun.stdout)).toMatchObject(holding('dry'))
    const ours = ok(await bed.setImage('dry', 'v2', '--dry-run=server', '-o', 'json', asController))
    expect(seenIn(ours.stdout)).toMatchObject(holding('dry'))
    expect(await bed.read('dry')).toMatchObject({ version: 'v1', paused: false, held: false })
  })

  it('by our service account is held too, and lifted by it alone', async () => {
    await bed.claimed('own')
    ok(await bed.patch('own', { spec: { template: template('v2') } }, asController))
    expect(await bed.read('own')).toMatchObject(holding('own'))
    const lift = { metadata: { annotations: { [heldAnnotation]: null } }, spec: { paused: null } }
    ok(await bed.patch('own', lift))
    expect(await bed.read('own')).toMatchObject(holding('own'))
    ok(await bed.patch('own', lift, asController))
    expect(await bed.read('own')).toMatchObject({ paused: false, held: false, label: 'own' })
    await until('it has rolled', async () => (await bed.versions('own')).join() === 'v2')
  })

  it('is let go by the break-glass annotation and a resume', async () => {
    await heldUpdate('broken')
    ok(await bed.cluster.kubectl('annotate', 'deployment', 'broken', `${bypassAnnotation}=incident 7`))
    expect(await bed.read('broken')).toMatchObject(holding('broken'))
    const { stderr } = ok(await bed.cluster.kubectl('rollout', 'resume', 'deployment/broken'))
    expect(stderr).not.toContain('Warning')
    await until('it has rolled', async () => (await bed.versions('broken')).join() === 'v2')
    ok(await bed.setImage('broken', 'v3'))
    await until('the next one rolls too', async () => (await bed.versions('broken')).join() === 'v3')
    expect(await bed.read('broken')).toMatchObject({ paused: false, bypass: 'incident 7' })
  })

  it('is an ordinary one where nobody claims the Deployment', async () => {
    ok(await bed.cluster.apply(deployment('plain')))
    ok(await bed.cluster.kubectl('rollout', 'status', 'deployment/plain', '--timeout=60s'))
    const { stderr } = ok(await bed.setImage('plain', 'v2'))
    expect(stderr).not.toContain('Warning')
    await until('it has rolled', async () => (await bed.versions('plain')).join() === 'v2')
    expect(await bed.read('plain')).toEqual({ version: 'v2', replicas: 2, paused: false, held: false })
  })

  it('is said NOT to be held while the policy is gone, and is held again once it is back', async () => {
    await bed.claimed('gone')
    ok(await bed.cluster.kubectl('delete', 'mutatingadmissionpolicy', holdPolicyName))
    await until('the policy is gone', async () => {
      const { stdout } = ok(await bed.setImage('gone', 'v2', '--dry-run=server', '-o', 'json'))
      return !seenIn(stdout).paused
    })
    const { stderr } = ok(await bed.setImage('gone', 'v2'))
    expect(stderr).toContain('NOT held by Rollout gone')
    ok(await bed.cluster.apply(...holdPolicy))
    await until(
      'an update is held again',
      async () => seenIn(ok(await bed.setImage('gone', 'v3', '--dry-run=server', '-o', 'json')).stdout).held,
      3_000,
    )
    ok(await bed.setImage('gone', 'v3'))
    expect(await bed.read('gone')).toMatchObject(holding('gone', 'v3'))
  })

  it.each([
    { how: 'stopped', crash: false },
    { how: 'killed', crash: true },
  ])(
    'is held at every moment while the API server is $how and comes back, and others are never refused',
    async ({ how, crash }) => {
      const [mine, plain] = [`mine-${how}`, `plain-${how}`]
      await bed.claimed(mine)
      ok(await bed.cluster.apply(deployment(plain)))
      const stop = new AbortController()
      const updates = [mine, plain].map((name) => keepUpdating(name, stop.signal))
      await bed.cluster.restartApiServer({ crash })
      await sleep(3_000)
      stop.abort()
      const [claimed, unclaimed] = await Promise.all(updates)
      expect(claimed?.stored.length).toBeGreaterThan(5)
      expect(claimed?.stored.filter(({ paused, held }) => !paused || !held)).toEqual([])
      expect(unclaimed?.stored.filter(({ paused, held }) => paused || held)).toEqual([])
      expect([claimed?.refused, unclaimed?.refused]).toEqual([[], []])
      await stillOn(mine, 'v1')
    },
  )

  /** A new version again and again: what was stored, and what was refused by admission rather than for want of a server. */
  async function keepUpdating(name: string, signal: AbortSignal) {
    const stored: Seen[] = []
    const refused: string[] = []
    for (let version = 2; !signal.aborted; version++) {
      const { code, stdout, stderr } = await bed.setImage(name, `v${version}`, '-o', 'json')
      if (code === 0) stored.push(seenIn(stdout))
      else if (/denied|forbidden|policy/i.test(stderr)) refused.push(stderr)
    }
    return { stored, refused }
  }
})
