import { setMaxListeners } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { installManifests } from '../../api/install.ts'
import { deploymentResource, ingressResource, podResource, rolloutResource } from '../../api/names.ts'
import { run } from '../../cli/program.ts'
import { isKubeObject } from '../../kube/json.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { type Embedded, startEmbedded } from '../../sandbox/embedded.ts'
import { resourceOf } from '../../sandbox/server/resource-of.ts'
import { contextOf, recorded } from './builders.ts'

const example = (name: string) => readFile(new URL(`../../examples/${name}`, import.meta.url), 'utf8')

setMaxListeners(100) // as the program itself does: all caches listen to one signal

let cluster: Embedded
let folder = ''
beforeAll(async () => {
  cluster = await startEmbedded({ clock: systemClock })
  folder = await mkdtemp(join(tmpdir(), 'sluice-simulate-'))
  await writeFile(join(folder, 'config'), cluster.kubeconfigFor('admin'))
  const { api } = cluster
  for (const object of installManifests()) api.create(resourceOf(api, object), object)
  const text = `${(await example('rendered/canary-demo.yaml')).replace('replicas: 10', 'replicas: 2')}\n---\n${await example('rollout.yaml')}`
  for (const object of parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter(isKubeObject)) {
    const placed = { ...object, metadata: { ...object.metadata, namespace: 'default' } }
    api.create(resourceOf(api, placed), placed)
  }
})
afterAll(async () => {
  await cluster.close()
  await rm(folder, { recursive: true })
})

async function say(...args: readonly string[]) {
  const terminal = recorded()
  const all = ['plan', '--simulate', '--kubeconfig', join(folder, 'config'), ...args]
  const exitCode = await run(all, contextOf(terminal))
  return { exitCode, out: terminal.lines.join('\n'), err: terminal.errors.join('\n') }
}

describe('plan --simulate with a cluster', () => {
  it('plays what lies in the cluster, and changes nothing there', async () => {
    const before = cluster.api.list(deploymentResource).items
    const { exitCode, out, err } = await say('canary-demo')
    expect(err).toBe('')
    expect(out).toContain('default/canary-demo the next update, simulated: promoted after')
    expect(exitCode).toBe(0)
    expect(cluster.api.list(deploymentResource).items.map(({ spec }) => spec)).toEqual(before.map(({ spec }) => spec))
    expect(cluster.api.list(podResource).items).toHaveLength(2)
  })
  it('takes from the cluster what no file has, and from the file what both have', async () => {
    const file = join(folder, 'rollout.yaml')
    await writeFile(file, (await example('rollout.yaml')).replace('weight: 20', 'weight: 35'))
    const { exitCode, out } = await say('-f', file)
    expect(exitCode).toBe(0)
    expect(out).toMatch(/step 1 +35 %/)
  })
  it('names what is neither in the files nor in the cluster', async () => {
    const file = join(folder, 'rollout.yaml')
    await writeFile(file, (await example('rollout.yaml')).replace(/name: canary-demo\n$/, 'name: elsewhere\n'))
    const { exitCode, err } = await say('-f', file)
    expect(exitCode).toBe(3)
    expect(err).toContain(
      'Ingress default/elsewhere (spec.traffic[0].ingress.name of Rollout canary-demo) is missing: not in',
    )
    expect(err).toContain('or the cluster (context')
  })
  it('says what is wrong with it where it lies', async () => {
    const { api } = cluster
    const name = { namespace: 'default', name: 'canary-demo' }
    const ingress = api.get(ingressResource, name)
    api.delete(ingressResource, name)
    const { exitCode, err } = await say('canary-demo')
    expect(exitCode).toBe(3)
    expect(err).toContain('Ingress default/canary-demo')
    api.create(ingressResource, { ...ingress, metadata: { name: name.name, namespace: name.namespace } })
    expect(api.find(rolloutResource, name)).toBeDefined()
  })
})
