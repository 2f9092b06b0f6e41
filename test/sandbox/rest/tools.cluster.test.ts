import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installManifests } from '../../../api/install.ts'
import { createToolsBed, type ToolsBed } from './tools-bed.ts'

const chart = 'examples/chart'
const shop = ['-n', 'shop']

let bed: ToolsBed
beforeAll(async () => {
  bed = await createToolsBed()
  await bed.kubectl('create', 'namespace', 'shop')
})
afterAll(() => bed?.stop())

const apply = (objects: readonly unknown[], ...args: readonly string[]) =>
  bed.run('kubectl', ['apply', ...args, '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  })

const jsonOf = async (...args: readonly string[]) => JSON.parse(await bed.kubectl('get', ...args, '-o', 'json'))

describe('helm, with the embedded cluster', () => {
  const value = (text: string) => ['--set', text, '--wait', '--timeout', '20s', ...shop]

  it('installs a chart and waits until its pods are ready', async () => {
    await bed.helm('install', 'web', chart, ...value('replicas=2'))
    expect(await bed.helm('list', ...shop)).toMatch(/web\s+shop\s+1\s.*deployed/)
    expect(await bed.kubectl('get', 'deployment', 'web', ...shop)).toMatch(/web\s+2\/2\s+2\s+2\s/)
  })

  it('upgrades it, knows its history and goes back', async () => {
    await bed.helm('upgrade', 'web', chart, ...value('replicas=2,image.tag=v2'))
    await bed.helm('rollback', 'web', '1', '--wait', '--timeout', '20s', ...shop)
    const history = await bed.helm('history', 'web', ...shop)
    expect(
      history
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[2]?.trim()),
    ).toEqual(['STATUS', 'superseded', 'superseded', 'deployed'])
    expect(await bed.helm('status', 'web', ...shop)).toContain('REVISION: 3')
    const deployment = await jsonOf('deployment', 'web', ...shop)
    expect(deployment.spec.template.spec.containers[0].image).toMatch(/:v1$/)
  })

  it('uninstalls it, and nothing is left', async () => {
    await bed.helm('uninstall', 'web', '--wait', '--timeout', '20s', ...shop)
    await bed.kubectl('wait', '--for=delete', 'pods', '--all', '--timeout=20s', ...shop)
    expect((await jsonOf('all,secrets,ingresses,endpointslices', ...shop)).items).toEqual([])
  })
})

const deployment = (image: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'shop' } },
    template: {
      metadata: { labels: { app: 'shop' } },
      spec: { containers: [{ name: 'shop', image }] },
    },
    ...more,
  },
})

describe('kubectl, with the embedded cluster', () => {
  it('knows its version, its resources and who it is', async () => {
    expect(await bed.kubectl('version')).toContain('Server Version: v1.36.3+sluice')
    expect(await bed.kubectl('api-resources')).toMatch(/deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/)
    expect(await bed.kubectl('api-versions')).toContain('admissionregistration.k8s.io/v1\n')
    expect(await bed.kubectl('auth', 'whoami')).toMatch(/Username\s+admin/)
  })

  it('applies, says what would differ, and applies again', async () => {
    expect(await apply([deployment('shop:v1')])).toMatchObject({ code: 0, stdout: 'deployment.apps/shop created\n' })
    const input = JSON.stringify(deployment('shop:v2'))
    const diff = await bed.run('kubectl', ['diff', '-f', '-'], { input })
    expect(diff.stdout).toMatch(/^-\s+- image: shop:v1$\n^\+\s+- image: shop:v2$/m)
    expect(await apply([deployment('shop:v2')])).toMatchObject({ stdout: 'deployment.apps/shop configured\n' })
    expect(await apply([deployment('shop:v2')])).toMatchObject({ stdout: 'deployment.apps/shop unchanged\n' })
    expect(await apply([deployment('shop:v2')], '--server-side', '--force-conflicts')).toMatchObject({
      stdout: 'deployment.apps/shop serverside-applied\n',
    })
  })

  it('is told of a field that nobody knows', async () => {
    const { code, stderr } = await apply([deployment('shop:v2', { replica: 3 })])
    expect(code).toBe(1)
    expect(stderr).toContain('strict decoding error: unknown field "spec.replica"')
  })

  it('scales, labels, annotates, patches, sets and edits', async () => {
    const change = (...args: readonly string[]) => bed.kubectl(...args, ...shop)
    await change('scale', 'deployment', 'shop', '--replicas=3')
    await change('label', 'deployment', 'shop', 'tier=web')
    await change('annotate', 'deployment', 'shop', 'note=hello')
    await change('patch', 'deployment', 'shop', '-p', '{"spec":{"minReadySeconds":1}}')
    await change('patch', 'deployment', 'shop', '--type=json', '-p', '[{"op":"remove","path":"/spec/minReadySeconds"}]')
    await change('set', 'image', 'deployment/shop', 'shop=shop:v3')
    const editor = { env: { KUBE_EDITOR: 'sed -i s/hello/edited/' } }
    expect(await bed.run('kubectl', ['edit', 'deployment', 'shop', ...shop], editor)).toMatchObject({ code: 0 })
    const { metadata, spec } = await jsonOf('deployment', 'shop', ...shop)
    expect(metadata).toMatchObject({ labels: { tier: 'web' }, annotations: { note: 'edited' } })
    expect(spec).toMatchObject({ replicas: 3, template: { spec: { containers: [{ image: 'shop:v3' }] } } })
    expect(spec).not.toHaveProperty('minReadySeconds')
  })

  it('follows a rollout, undoes it and restarts it', async () => {
    const rollout = (...args: readonly string[]) => bed.kubectl('rollout', ...args, ...shop)
    expect(await rollout('status', 'deployment/shop', '--timeout=20s')).toContain('successfully rolled out')
    expect(await rollout('history', 'deployment/shop')).toMatch(/^3\s/m)
    await rollout('undo', 'deployment/shop')
    await rollout('pause', 'deployment/shop')
    await rollout('resume', 'deployment/shop')
    await rollout('restart', 'deployment/shop')
    expect(await rollout('status', 'deployment/shop', '--timeout=20s')).toContain('successfully rolled out')
    expect((await jsonOf('deployment', 'shop', ...shop)).spec.template.spec.containers[0].image).toBe('shop:v2')
  })

  it('shows wide tables and descriptions', async () => {
    expect(await bed.kubectl('get', 'deployment', '-o', 'wide', ...shop)).toMatch(/shop\s+3\/3.*shop:v2\s+app=shop/)
    expect(await bed.kubectl('get', 'all', ...shop)).toContain('deployment.apps/shop')
    const described = await bed.kubectl('describe', 'deployment', 'shop', ...shop)
    expect(described).toMatch(/Replicas:\s+3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable/)
    expect(await bed.kubectl('describe', 'pods', ...shop)).toMatch(/Status:\s+Running/)
    expect(await bed.kubectl('get', 'nodes')).toMatch(/node-1\s+Ready/)
  })

  it('waits for what comes true', async () => {
    const wait = (...args: readonly string[]) =>
      bed.kubectl('wait', 'deployment/shop', '--timeout=20s', ...args, ...shop)
    expect(await wait('--for=condition=Available')).toContain('condition met')
    expect(await wait('--for=jsonpath={.status.readyReplicas}=3')).toContain('condition met')
  })

  it('watches', async () => {
    const watched = bed.run('kubectl', ['get', 'configmaps', '--watch', '--request-timeout=3s', ...shop])
    await bed.kubectl('create', 'configmap', 'seen', '--from-literal=a=b', ...shop)
    expect((await watched).stdout).toMatch(/^seen\s+1\s/m)
  })

  it('creates what its typed clients write as protobuf', async () => {
    await bed.kubectl('create', 'secret', 'generic', 'key', '--from-literal=a=b', ...shop)
    expect(await jsonOf('secret', 'key', ...shop)).toMatchObject({ type: 'Opaque', data: { a: 'Yg==' } })
    await bed.kubectl('create', 'serviceaccount', 'bot', ...shop)
    expect(await bed.kubectl('create', 'token', 'bot', ...shop)).not.toBe('')
  })

  it('is refused what a user may not do, and told so', async () => {
    const denied = await bed.run('kubectl', ['get', 'deployments', ...shop], { user: 'dev' })
    expect(denied).toMatchObject({ code: 1 })
    expect(denied.stderr).toBe(
      'Error from server (Forbidden): deployments.apps is forbidden: User "dev" cannot list resource "deployments" in API group "apps" in the namespace "shop"\n',
    )
    expect(await bed.run('kubectl', ['auth', 'can-i', 'list', 'deployments', '--as', 'eve'])).toMatchObject({
      code: 1,
      stdout: 'no\n',
    })
  })

  it('is told that logs and shells are not served', async () => {
    const [pod = ''] = (await bed.kubectl('get', 'pods', '-o', 'name', ...shop)).split('\n')
    for (const args of [
      ['logs', pod],
      ['exec', pod, '--', 'true'],
    ]) {
      const { code, stderr } = await bed.run('kubectl', [...shop, ...args])
      expect(code).toBe(1)
      expect(stderr).toContain('the server could not find the requested resource')
    }
  })

  it('deletes, with what belongs to it, and waits for that', async () => {
    await bed.kubectl('delete', 'deployment', 'shop', '--cascade=foreground', ...shop)
    expect((await jsonOf('deployments,replicasets,pods', ...shop)).items).toEqual([])
    await bed.kubectl('delete', 'namespace', 'shop')
    expect(await bed.run('kubectl', ['get', 'namespace', 'shop'])).toMatchObject({
      stderr: 'Error from server (NotFound): namespaces "shop" not found\n',
    })
  })
})

describe('Sluice, in the embedded cluster', () => {
  const held = ['-n', 'held']
  const rollout = {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'held' },
    spec: {
      workloadRef: { kind: 'Deployment', name: 'web' },
      strategy: { canary: { steps: [{ weight: 20, gates: [{ approval: {} }] }] } },
      traffic: [{ ingress: { name: 'web' } }],
    },
  }

  it('is installed by kubectl apply', async () => {
    const kinds = installManifests().filter(({ kind }) => kind === 'CustomResourceDefinition')
    expect(await apply(kinds)).toMatchObject({ code: 0 })
    await bed.kubectl('wait', '--for=condition=Established', 'crd/rollouts.sluice.dev', '--timeout=20s')
    expect(await apply(installManifests())).toMatchObject({ code: 0 })
    await bed.kubectl('create', 'namespace', 'held')
  })

  it('has Rollouts with columns of their own, an explanation and rules', async () => {
    expect(await apply([rollout])).toMatchObject({ code: 0, stdout: 'rollout.sluice.dev/web created\n' })
    expect(await bed.kubectl('get', 'rollouts', ...held)).toMatch(/^NAME\s+WORKLOAD\s.*\n^web\s+web\s/m)
    expect(await bed.kubectl('explain', 'rollout.spec.workloadRef')).toContain('FIELD: workloadRef <Object>')
    const wrong = { ...rollout, spec: { ...rollout.spec, strategy: { canary: { steps: [{ weight: 101 }] } } } }
    expect((await apply([wrong])).stderr).toContain('spec.strategy.canary.steps[0].weight')
  })

  it('holds an upgrade by helm, and helm says so at the terminal', async () => {
    const upgrade = (tag: string) =>
      bed.run('helm', ['upgrade', '--install', 'web', chart, '--set', `replicas=2,image.tag=${tag}`, ...held])
    expect(await upgrade('v1')).toMatchObject({ code: 0, stderr: '' })
    await bed.kubectl('label', 'deployment', 'web', 'sluice.dev/rollout=web', ...held)
    const { code, stderr } = await upgrade('v2')
    expect(code).toBe(0)
    expect(stderr).toMatch(/held by Rollout/)
    const { spec } = await jsonOf('deployment', 'web', ...held)
    expect(spec).toMatchObject({
      paused: true,
      template: { spec: { containers: [{ image: expect.stringMatching(/v2$/) }] } },
    })
  })
})
