import { objectOf, sameJson } from '../api/json.ts'
import type { KubeObject, ObjectName } from '../api/kube-object.ts'
import {
  bypassAnnotation,
  deploymentResource,
  heldAnnotation,
  podTemplateResource,
  rolloutLabel,
} from '../api/names.ts'
import type { HoldProbe } from '../api/status.ts'
import { KubeError } from '../kube/errors.ts'
import type { JsonPatchOp } from '../kube/types.ts'
import { type ActContext, getIfThere, isOurs, type Result } from './act-context.ts'
import type { TemplateRole, WorkloadView } from './snapshot.ts'
import { templateName } from './template-name.ts'

/** Fields of the workload that a merge patch writes; null takes a field off. */
interface Changes {
  readonly labels?: Readonly<Record<string, string | null>>
  readonly annotations?: Readonly<Record<string, string | null>>
  readonly paused?: true | null
}

export function claim(context: ActContext, at: string): Promise<Result> {
  return change(context, at, { labels: { [rolloutLabel]: context.snapshot.rollout.meta.name } })
}

export function hold(context: ActContext, at: string): Promise<Result> {
  return change(context, at, { annotations: { [heldAnnotation]: 'true' }, paused: true })
}

export function lift(context: ActContext, at: string): Promise<Result> {
  return change(context, at, { annotations: { [heldAnnotation]: null }, paused: null })
}

/** A pause that is not ours stays: it was the user's before. */
export function unclaim(context: ActContext, at: string): Promise<Result> {
  const label = { labels: { [rolloutLabel]: null } }
  const isHeld = context.snapshot.workload?.held === true
  return change(context, at, isHeld ? { ...label, annotations: { [heldAnnotation]: null }, paused: null } : label)
}

export function clearBypass(context: ActContext, at: string): Promise<Result> {
  return change(context, at, { annotations: { [bypassAnnotation]: null } })
}

/**
 * The kept template replaces the workload's as a whole, held, in one write: a merge would keep what only the other
 * template has. Writing the resourceVersion makes it conditional.
 */
export async function restoreTemplate(context: ActContext, role: TemplateRole, at: string): Promise<Result> {
  const { meta } = context.snapshot.rollout
  const name = workloadName(context)
  if (name === undefined) return 'stale'
  const kept = await getIfThere(context, podTemplateResource, {
    namespace: meta.namespace,
    name: templateName(meta.name, role),
  })
  const live = await getIfThere(context, deploymentResource, name)
  if (kept === undefined || !isOurs(context, kept) || live?.metadata.resourceVersion !== at) return 'stale'
  const body = restoration(live, kept['template'], at)
  context.remember(await context.client.patch(deploymentResource, name, { type: 'json', body }, {}, context.signal))
  return 'changed'
}

function restoration(live: KubeObject, template: unknown, at: string): readonly JsonPatchOp[] {
  const annotations = { ...live.metadata.annotations, [heldAnnotation]: 'true' }
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: at },
    { op: 'add', path: '/metadata/annotations', value: annotations },
    { op: 'replace', path: '/spec/template', value: template },
    { op: 'add', path: '/spec/paused', value: true },
  ]
}

/**
 * Asks the server whether it would hold an update: a dry run that changes the template and lifts any pause. Never
 * fails: an answer that cannot be had is "no", with the reason.
 */
export async function probeHold(context: ActContext, asked: string): Promise<Result> {
  const name = workloadName(context)
  if (name === undefined) return 'stale'
  const answer = await askHold(context, name, asked)
  if (sameJson(answer, context.snapshot.rollout.status?.hold)) return 'unchanged'
  context.learn(answer)
  return 'changed'
}

async function askHold({ client, signal }: ActContext, name: ObjectName, asked: string): Promise<HoldProbe> {
  const template = { metadata: { annotations: { 'sluice.dev/probe': asked } } }
  const body = { metadata: { annotations: { [heldAnnotation]: null } }, spec: { paused: null, template } }
  try {
    const answer = await client.patch(deploymentResource, name, { type: 'merge', body }, { dryRun: true }, signal)
    const inForce = objectOf(answer['spec'])['paused'] === true
    return { inForce, asked, message: inForce ? 'a dry run shows that an update is held' : notHeld }
  } catch (error) {
    if (error instanceof KubeError) return { inForce: false, asked, message: error.message }
    throw error
  }
}

const notHeld = 'a dry run shows that an update would not be held'

/** One conditional merge patch of the workload. */
async function change(context: ActContext, at: string, { labels, annotations, paused }: Changes): Promise<Result> {
  const name = workloadName(context)
  if (name === undefined) return 'stale'
  const body = {
    metadata: {
      resourceVersion: at,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(paused === undefined ? {} : { spec: { paused } }),
  }
  const { client, signal, remember } = context
  remember(await client.patch(deploymentResource, name, { type: 'merge', body }, {}, signal))
  return 'changed'
}

function workloadName({ snapshot }: ActContext): ObjectName | undefined {
  const workload: WorkloadView | undefined = snapshot.workload
  return workload && { namespace: snapshot.rollout.meta.namespace, name: workload.name }
}
