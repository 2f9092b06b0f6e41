import { canaryName } from '../api/canary-name.ts'
import { revisionOf } from '../api/hash.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { bypassAnnotation, heldAnnotation, ownerUidLabel, roleLabel } from '../api/names.ts'
import { parseRollout } from '../api/parse.ts'
import { parseStatus } from '../api/parse-status.ts'
import type { RouteTarget } from '../api/rollout.ts'
import type { RolloutStatus } from '../api/status.ts'
import { labelSelectorOf, matches } from '../rollout-controller/workload/selectors.ts'
import { providerFor } from '../traffic-providers/registry.ts'
import { annotationsOf, at, labelsOf, listAt, numberAt, textAt } from './json.ts'
import { askedShare, type Look, type RouteLook, type Side, type WorkloadLook } from './look.ts'
import { troubleOf } from './pod-trouble.ts'
import type { World } from './world.ts'

/** Reads a Rollout and its surroundings into what a person wants to see. */
export function lookAt(world: World): Look {
  const { rollout } = world
  const { name, namespace = '', deletionTimestamp } = rollout.metadata
  const parsed = parseRollout(rollout)
  const status = parseStatus(rollout['status'])
  const deployment = deploymentOf(world)
  const copy = ownedBy(rollout, world.deployments).find((object) => labelsOf(object)[roleLabel] === 'copy')
  return {
    name,
    namespace,
    deleting: deletionTimestamp !== undefined,
    ...(parsed.kind === 'ok' ? { spec: parsed.spec } : {}),
    specProblems: parsed.kind === 'ok' ? [] : parsed.problems.map(({ path, message }) => `${path} ${message}`),
    ...(status === undefined ? {} : { status }),
    ...(deployment === undefined ? {} : sidesOf(world, deployment, copy, status)),
    routes: routesOf(world, status, parsed.kind === 'ok' ? parsed.spec.traffic : []),
  }
}

/** The Deployment that the Rollout names, also when the rest of its spec is broken. */
export function deploymentOf({ rollout, deployments }: World): KubeObject | undefined {
  const name = textAt(rollout, 'spec', 'workloadRef', 'name')
  return deployments.find((deployment) => deployment.metadata.name === name)
}

const ownedBy = (rollout: KubeObject, objects: readonly KubeObject[]): readonly KubeObject[] =>
  objects.filter((object) => labelsOf(object)[ownerUidLabel] === rollout.metadata.uid)

interface Sides {
  readonly workload: WorkloadLook
  readonly stable: Side
  readonly canary?: Side
}

function sidesOf(world: World, deployment: KubeObject, copy: KubeObject | undefined, status?: RolloutStatus): Sides {
  const stableRevision = status?.stable?.revision
  const stable = sideOf(world, deployment)
  return {
    workload: {
      name: deployment.metadata.name,
      held:
        annotationsOf(deployment)[heldAnnotation] === 'true' &&
        annotationsOf(deployment)[bypassAnnotation] === undefined,
      revision: revisionOf(at(deployment, 'spec', 'template')),
      images: imagesOf(deployment, 'spec', 'template'),
    },
    stable: {
      ...stable,
      ...(stableRevision === undefined ? {} : { revision: stableRevision }),
      images: stable.images.length > 0 ? stable.images : keptImages(world, deployment),
    },
    ...(copy === undefined ? {} : { canary: copySide(world, copy, status) }),
  }
}

function copySide(world: World, copy: KubeObject, status?: RolloutStatus): Side {
  const side = sideOf(world, copy)
  const revision = status?.release?.revision ?? status?.rejected?.revision
  const images = imagesOf(copy, 'spec', 'template')
  return { ...side, images, ...(revision === undefined ? {} : { revision }) }
}

/** What runs is asked of the pods: the template of a held workload already says what does not run yet. */
function sideOf({ pods }: World, deployment: KubeObject): Side {
  const selector = labelSelectorOf(at(deployment, 'spec', 'selector'))
  const own = pods.filter((pod) => matches(selector, labelsOf(pod)) && pod.metadata.deletionTimestamp === undefined)
  return {
    images: [...new Set(own.flatMap((pod) => imagesOf(pod)))],
    ready: numberAt(deployment, 'status', 'readyReplicas') ?? 0,
    wanted: numberAt(deployment, 'spec', 'replicas') ?? 1,
    trouble: own.flatMap((pod) => troubleOf(pod) ?? []),
  }
}

/** Scaled to nothing: then the kept template says what would run. */
function keptImages(world: World, deployment: KubeObject): readonly string[] {
  const kept = ownedBy(world.rollout, world.templates).find((object) => labelsOf(object)[roleLabel] === 'stable')
  return kept === undefined ? imagesOf(deployment, 'spec', 'template') : imagesOf(kept, 'template')
}

function imagesOf(object: KubeObject, ...path: readonly string[]): readonly string[] {
  return listAt(object, ...path, 'spec', 'containers').flatMap((container) => textAt(container, 'image') ?? [])
}

function routesOf(world: World, status: RolloutStatus | undefined, spec: readonly RouteTarget[]): RouteLook[] {
  const asked = askedShare(status)
  return (status?.release?.routes ?? spec).map((target) => routeLook(world, target, asked))
}

/** The provider reads the live objects: the same reading as the controller's. */
function routeLook({ rollout, ingresses }: World, target: RouteTarget, asked: number | undefined): RouteLook {
  const { name, namespace = '', uid = '' } = rollout.metadata
  const owner = { rollout: name, uid, revision: '' }
  const state = providerFor(target.kind).read({ target, namespace, owner, canaryServices: {} }, ingresses)
  const ours = state.registered ? { says: state.canary, object: canaryName(target.name) } : {}
  return { kind: target.kind, name: target.name, ...(asked === undefined ? {} : { asked }), ...ours }
}
