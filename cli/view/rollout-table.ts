import type { KubeObject } from '../../api/kube-object.ts'
import { parseStatus } from '../../api/parse-status.ts'
import { ageText, phaseSpan, told } from './marks.ts'
import { dim, type Line, type Span, span } from './spans.ts'
import { table } from './table.ts'

export interface TableOptions {
  readonly now: number
  readonly columns: number
  readonly withNamespace: boolean
  readonly wide: boolean
}

/** All Rollouts, one row each. */
export function rolloutTable(rollouts: readonly KubeObject[], options: TableOptions): readonly Line[] {
  const { withNamespace, wide, columns } = options
  const header = [
    ...(withNamespace ? ['NAMESPACE'] : []),
    'NAME',
    'PHASE',
    'STEP',
    'WEIGHT',
    ...(wide ? ['STABLE', 'RELEASE', 'AGE'] : []),
    'MESSAGE',
  ]
  return table(
    header,
    rollouts.map((rollout) => rowOf(rollout, options)),
    columns,
  )
}

function rowOf(rollout: KubeObject, { now, withNamespace, wide }: TableOptions): Span[] {
  const { name, namespace = '', creationTimestamp } = rollout.metadata
  const status = parseStatus(rollout['status'])
  const release = status?.release
  const age = creationTimestamp === undefined ? '' : ageText(now - Date.parse(creationTimestamp))
  const revisions = [status?.stable?.revision ?? '-', release?.revision ?? '-', age].map((text) => dim(text))
  return [
    ...(withNamespace ? [span(namespace)] : []),
    span(name),
    status === undefined ? span('-', 'warn') : phaseSpan(status.phase),
    span(release === undefined ? '-' : `${release.step}/${release.steps}`),
    span(release === undefined ? '-' : `${release.weight} %`),
    ...(wide ? revisions : []),
    dim(told(status?.waiting?.message ?? status?.message ?? 'not seen yet by the controller')),
  ]
}
