import { installManifests } from '../../../api/install.ts'
import type { KubeObject } from '../../../api/kube-object.ts'
import { deploymentResource, heldAnnotation, rolloutLabel, rolloutResource } from '../../../api/names.ts'
import { at, listAt } from '../../../cli/json.ts'
import { nameOf, resourceOf } from '../../../cli/manifest-kinds.ts'
import type { KubeClient } from '../../../kube/types.ts'
import type { Bed } from './bed.ts'
import { eventually } from './eventually.ts'
import { definitions } from './resources.ts'
import { deployment } from './shop.ts'
import { widgetDefinition, widgets } from './widget.ts'

/** Puts into the cluster what cases share: all that Sluice installs, in force, and one kind to try schemas on. */
export async function prepare(bed: Bed): Promise<void> {
  const { client } = bed
  for (const manifest of [...installManifests(), widgetDefinition]) await apply(client, manifest)
  await eventually(() => client.list(widgets))
  await eventually(() => client.list(rolloutResource))
  await bed.make(
    deploymentResource,
    deployment('probe', { replicas: 0, metadata: { labels: { [rolloutLabel]: 'p' } } }),
  )
  await eventually(() => assertHeld(client, bed.namespace))
}

async function apply(client: KubeClient, manifest: KubeObject): Promise<void> {
  const resource = manifest.kind === definitions.kind ? definitions : resourceOf(manifest)
  const patch = { type: 'apply', body: manifest, fieldManager: 'contract', force: true } as const
  await client.patch(resource, nameOf(manifest), patch)
  if (resource === definitions) await eventually(() => assertEstablished(client, manifest.metadata.name))
}

export async function assertEstablished(client: KubeClient, name: string): Promise<void> {
  const conditions = listAt(await client.get(definitions, { name }), 'status', 'conditions')
  const isEstablished = conditions.some((one) => at(one, 'type') === 'Established' && at(one, 'status') === 'True')
  if (!isEstablished) throw new Error(`${name} is not established`)
}

/** Policies are compiled a moment after they are stored. */
async function assertHeld(client: KubeClient, namespace: string): Promise<void> {
  const body = { spec: { template: { metadata: { annotations: { probe: 'true' } } } } }
  const name = { namespace, name: 'probe' }
  const held = await client.patch(deploymentResource, name, { type: 'merge', body }, { dryRun: true })
  if (held.metadata.annotations?.[heldAnnotation] !== 'true') throw new Error('the hold is not in force')
}
