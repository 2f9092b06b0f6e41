import { objectOf, objectsOf, textOf } from '../../api/json.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { imageTag } from '../../cli/view/marks.ts'
import { byVersion } from './view/bars.ts'
import type { PodMark } from './view/scene.ts'

/** Each pod by its version and state, in the order of versions. */
export function podMarks(pods: readonly KubeObject[]): readonly PodMark[] {
  return pods.map(markOf).toSorted((a, b) => byVersion(a.version, b.version))
}

function markOf({ metadata, spec, status }: KubeObject): PodMark {
  const [container] = objectsOf(objectOf(spec).containers)
  const ready = objectsOf(objectOf(status).conditions).some((one) => one.type === 'Ready' && one.status === 'True')
  const alive = ready ? 'ready' : 'starting'
  return {
    version: imageTag(textOf(container?.image) ?? ''),
    state: metadata.deletionTimestamp === undefined ? alive : 'leaving',
  }
}
