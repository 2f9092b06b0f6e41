import { revisionOf } from '../api/hash.ts'
import { objectOf } from '../api/json.ts'
import type { KubeObject, ObjectName } from '../api/kube-object.ts'
import { deploymentResource, podTemplateResource } from '../api/names.ts'
import { type ActContext, createOwned, deleteSeen, getIfThere, isOurs, type Result } from './act-context.ts'
import type { TemplateRole } from './snapshot.ts'
import { templateName } from './template-name.ts'
import { ownLabels } from './workload/own-labels.ts'

/** Keeps the workload's template, if it still is of that revision, in the PodTemplate of that role. */
export async function storeTemplate(context: ActContext, role: TemplateRole, revision: string): Promise<Result> {
  const template = await liveTemplate(context, revision)
  if (template === undefined) return 'stale'
  const kept = await getIfThere(context, podTemplateResource, keptName(context, role))
  if (kept === undefined) return createOwned(context, podTemplateResource, newTemplate(context, role, template))
  context.remember(kept)
  if (!isOurs(context, kept)) return 'stale'
  if (revisionOf(kept['template']) === revision) return 'unchanged'
  context.remember(await context.client.replace(podTemplateResource, { ...kept, template }, {}, context.signal))
  return 'changed'
}

export function dropTemplate(context: ActContext, role: TemplateRole): Promise<Result> {
  const { namespace, name } = keptName(context, role)
  const kept = context.caches.templates.get(namespace, name)
  if (kept?.ownerUid !== context.snapshot.rollout.meta.uid) return Promise.resolve('unchanged')
  return deleteSeen(context, podTemplateResource, { namespace, name }, { uid: kept.uid })
}

/** The workload's template as it is now, if it is of the revision that was planned for. */
async function liveTemplate(context: ActContext, revision: string): Promise<unknown> {
  const workload = await liveWorkload(context)
  const template = workload && objectOf(workload['spec'])['template']
  return revisionOf(template) === revision ? template : undefined
}

/** The workload in full; undefined when it is not the one that was planned on. */
export async function liveWorkload(context: ActContext): Promise<KubeObject | undefined> {
  const { workload, rollout } = context.snapshot
  if (workload === undefined) return undefined
  const name = { namespace: rollout.meta.namespace, name: workload.name }
  const live = await getIfThere(context, deploymentResource, name)
  return live?.metadata.uid === workload.uid ? live : undefined
}

function keptName({ snapshot }: ActContext, role: TemplateRole): Required<ObjectName> {
  const { namespace, name } = snapshot.rollout.meta
  return { namespace, name: templateName(name, role) }
}

function newTemplate(context: ActContext, role: TemplateRole, template: unknown): KubeObject {
  const labels = ownLabels(context.snapshot.rollout.meta.uid, role)
  return { apiVersion: 'v1', kind: 'PodTemplate', metadata: { ...keptName(context, role), labels }, template }
}
