import type { Verb } from '../api/decision.ts'
import type { KubeObject } from '../api/kube-object.ts'
import { apiVersion } from '../api/names.ts'
import type { Release, RolloutStatus, Waiting } from '../api/status.ts'
import { currentStep, hasUnseenUpdate, type Look } from './look.ts'
import { gateText, told } from './view/marks.ts'

/** What a Decision is about, bound to what was read, so that it can do nothing to another attempt or step. */
export interface Binding {
  readonly attempt?: string
  readonly revision?: string
  readonly step?: number
  readonly stepHash?: string
}

export type Asked =
  | { readonly kind: 'ask'; readonly binding: Binding; readonly about: string }
  /** There is nothing to decide: why, and what to do instead. */
  | { readonly kind: 'refuse'; readonly why: string }

const refuse = (why: string): Asked => ({ kind: 'refuse', why })

/** Whether this verb makes sense now, and what the Decision must name. */
export function askFor(verb: Verb, look: Look): Asked {
  if (look.deleting) return refuse(`${look.name} is being deleted: nothing can be decided any more`)
  switch (verb) {
    case 'approve':
      return approval(look)
    case 'reject':
      return rejection(look)
    case 'rollback':
      return rollback(look)
    case 'pause':
      return pause(look)
    case 'resume':
      return resume(look)
    case 'retry':
      return retry(look)
    case 'bypass':
      return isBypassed(look)
        ? refuse(`${look.name} is bypassed already; end it with: sluice hold ${look.name}`)
        : ask('', look)
    case 'hold':
      return isBypassed(look) ? ask('', look) : refuse(`${look.name} is not bypassed: its updates are held`)
    default:
      return verb satisfies never
  }
}

function ask(about: string, { status }: Look, more: Binding = {}): Asked {
  const attempt = status?.release?.attempt
  return { kind: 'ask', about, binding: { ...(attempt === undefined ? {} : { attempt }), ...more } }
}

function approval(look: Look): Asked {
  const { name, status } = look
  const release = status?.release
  if (release === undefined || status === undefined) return refuse(nothingUnderWay(look, 'approve'))
  if (lacksVerdict(status)) return ask(`${describeStep(release)}, without a verdict`, look, boundTo(release))
  const gates = status.phase === 'Progressing' ? (currentStep(look)?.gates ?? []) : []
  const asks = gates.some((gate) => gate.kind === 'approval')
  if (!asks && status.waiting?.reason.startsWith('Analysis') === true)
    return refuse(waitsForMetrics(look, status.waiting))
  if (status.phase !== 'Progressing') return refuse(`${name} has nothing to approve: it is ${status.phase}`)
  if (!asks) {
    const waits = gates.length === 0 ? 'it has no gate' : `it waits for: ${gates.map(gateText).join(', ')}`
    return refuse(`Step ${release.step} of ${name} needs no approval: ${waits}`)
  }
  if (release.approvedBy !== undefined)
    return refuse(`Step ${release.step} of ${name} is approved already, by ${release.approvedBy}`)
  return ask(describeStep(release), look, boundTo(release))
}

/** An analysis came to no verdict in time: a person may take that on, also while the release is being promoted. */
const lacksVerdict = ({ waiting, release }: RolloutStatus): boolean =>
  waiting?.reason === 'AnalysisInconclusive' && release !== undefined

const boundTo = ({ step, stepHash }: Release): Binding => ({ step, stepHash })

function waitsForMetrics({ name }: Look, { reason, message, next }: Waiting): string {
  const end = reason === 'Analysis' ? `It ${next}; to end it now: sluice rollback ${name}` : `Next: ${next}`
  return `${name} is not waiting for a person: ${told(message)}. ${told(end)}`
}

/** `step 2 of 3 (50 %), attempt 0123456789-1`. */
const describeStep = ({ step, steps, weight, attempt }: Release): string =>
  `step ${step} of ${steps} (${weight} %), attempt ${attempt}`

function rejection(look: Look): Asked {
  const asked = approval(look)
  if (asked.kind === 'ask') return asked
  const instead = look.status?.release === undefined ? '' : `; to end the release: sluice rollback ${look.name}`
  return refuse(`${asked.why}${instead}`)
}

function rollback(look: Look): Asked {
  const { name, status, workload } = look
  const release = status?.release
  if (status?.phase === 'RollingBack' || status?.phase === 'Restoring')
    return refuse(`${name} is rolling back already: ${status.message}`)
  if (release !== undefined) return ask(describeStep(release), look)
  if (workload?.held === true && workload.revision !== status?.rejected?.revision) {
    return ask(`the held update ${workload.revision}`, look, { revision: workload.revision })
  }
  if (status?.phase === 'RolledBack')
    return refuse(`${name} is rolled back already; \`sluice retry ${name}\` releases the same version again`)
  return refuse(nothingUnderWay(look, 'roll back'))
}

function pause(look: Look): Asked {
  const release = look.status?.release
  if (release === undefined) return refuse(nothingUnderWay(look, 'pause'))
  if (release.paused !== undefined) return refuse(`${look.name} is paused already, by ${release.paused.by}`)
  return ask(describeStep(release), look)
}

function resume(look: Look): Asked {
  const release = look.status?.release
  if (release === undefined) return refuse(nothingUnderWay(look, 'resume'))
  if (release.paused === undefined) return refuse(`${look.name} is not paused`)
  return ask(describeStep(release), look)
}

function retry(look: Look): Asked {
  const { name, status } = look
  const rejected = status?.rejected
  if (rejected === undefined) return refuse(`${name} has nothing to retry: no version was turned down`)
  if (look.workload !== undefined && look.workload.revision !== rejected.revision) {
    return refuse(
      `${name} holds nothing to retry: version ${rejected.revision} was turned down and is not in the workload any more`,
    )
  }
  return ask(`version ${rejected.revision}, turned down by ${rejected.by}`, look, { revision: rejected.revision })
}

function nothingUnderWay(look: Look, what: string): string {
  if (look.status === undefined) return `${look.name} has nothing to ${what}: the controller has not looked at it yet`
  if (hasUnseenUpdate(look))
    return `${look.name} has nothing to ${what} yet: the controller has not answered the held update`
  return `${look.name} has nothing to ${what}: no release is under way (${look.status.phase})`
}

const isBypassed = ({ status }: Look): boolean => status?.bypass !== undefined && status.bypass.endedBy === undefined

export interface Said {
  readonly verb: Verb
  readonly by: string
  readonly reason?: string
  /** Makes the name of the object its own. */
  readonly suffix: string
}

/** The Decision object to create. */
export function decisionObject(look: Look, binding: Binding, { verb, by, reason, suffix }: Said): KubeObject {
  return {
    apiVersion,
    kind: 'Decision',
    metadata: { name: `${look.name}-${verb}-${suffix}`, namespace: look.namespace },
    spec: { rollout: look.name, verb, ...binding, ...(reason === undefined ? {} : { reason }), decidedBy: by },
  }
}
