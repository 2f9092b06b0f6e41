import type { KubeObject } from '../../api/kube-object.ts'

/** What becomes of a pod when nobody interferes. */
export type Fate =
  /** Runs, and is ready in time. */
  | 'healthy'
  /** Runs, and is never ready. */
  | 'never-ready'
  /** Ends again and again shortly after its start. */
  | 'crash-loop'
  /** Its image cannot be had: it never starts. */
  | 'no-image'
  /** Nothing is ever heard of it. */
  | 'hangs'

export interface PodLife {
  /** From the moment it is given a node to running. */
  readonly startMs: number
  /** From running to ready. */
  readonly readyMs: number
  readonly fate: Fate
  /** From its deletion to its end; Infinity keeps it for ever. */
  readonly lingerMs: number
}

/** Asked once for each pod, when it is first seen. */
export type LifeOf = (pod: KubeObject) => PodLife

const prefix = 'pod.sluice.test/'

/** As the pod's annotations say; they are those of the real cluster of the tests (test/cluster/README.md). */
export const annotatedLife: LifeOf = ({ metadata: { annotations = {} } }) => {
  const told = (name: string) => annotations[`${prefix}${name}`]
  const ms = (name: string) => Number(told(name) ?? 0) || 0
  const quietFate = told('never-ready') === undefined ? 'healthy' : 'never-ready'
  const fate = told('crash') === undefined ? quietFate : 'crash-loop'
  return { startMs: 0, readyMs: ms('ready-after-ms'), fate, lingerMs: ms('linger-ms') }
}
