import type { Resource } from '../api/kube-object.ts'
import { leaseName, systemNamespace } from '../api/names.ts'
import { KubeError } from '../kube/errors.ts'
import { numberAt, textAt } from './json.ts'
import type { Context, Session } from './session.ts'
import { ageText } from './view/marks.ts'

const leaseResource: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
}

/** Whether a controller runs, as its Lease says. `unknown`: we may not read it. */
export type Life =
  | { readonly kind: 'alive' | 'never' | 'unknown' }
  | { readonly kind: 'silent'; readonly forMs: number }

export async function lifeOf({ client }: Session, now: number, signal: AbortSignal): Promise<Life> {
  try {
    const lease = await client.get(leaseResource, { namespace: systemNamespace, name: leaseName }, signal)
    return lifeIn(lease['spec'], now)
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    return { kind: error.fault === 'not-found' ? 'never' : 'unknown' }
  }
}

/** From a Lease's spec. A released lease has no holder. */
export function lifeIn(spec: unknown, now: number): Life {
  const renewed = textAt(spec, 'renewTime')
  if (renewed === undefined) return { kind: 'never' }
  const forMs = now - Date.parse(renewed)
  const held = textAt(spec, 'holderIdentity') !== undefined
  const leaseMs = (numberAt(spec, 'leaseDurationSeconds') ?? 15) * 1000
  return held && forMs <= leaseMs ? { kind: 'alive' } : { kind: 'silent', forMs }
}

/** Says that nobody answers; the caller says what to do. */
export function lifeText(life: Life): string {
  switch (life.kind) {
    case 'alive':
      return 'the controller runs but has not answered'
    case 'never':
      return 'no controller runs'
    case 'silent':
      return `no controller runs (the last was seen ${ageText(life.forMs)} ago)`
    case 'unknown':
      return 'the controller has not answered'
    default:
      return life satisfies never
  }
}

/** Nobody has answered: is there anybody? */
export async function warnIfAlone({ terminal, signal }: Context, session: Session): Promise<void> {
  const life = await lifeOf(session, terminal.now(), signal)
  if (life.kind === 'never' || life.kind === 'silent')
    terminal.err(`warning: ${lifeText(life)}; start one here: sluice controller`)
}
