import type { Step } from '../../api/rollout.ts'
import type { Release, TakenDecision } from '../../api/status.ts'
import { analysesOf } from '../analyses-at-work.ts'
import { currentStep, hasUnseenUpdate, isRolling, type Look, markOf, type RouteLook, type Side } from '../look.ts'
import { analysisBranches } from './analysis.ts'
import { gateBranch } from './gate.ts'
import { gateText, imageTags, markSpan, phaseSpan, targetText, timeText, untilText } from './marks.ts'
import { dim, type Line, span, strong, words } from './spans.ts'
import type { Branch } from './tree.ts'

export interface TreeOptions {
  readonly now: number
  /** Decisions shown, newest first. */
  readonly decisions: number
}

/** A Rollout as a tree: what runs, who gets what, where the steps stand, what it waits for and what to type. */
export function rolloutTree(look: Look, options: TreeOptions): Branch {
  return {
    key: 'rollout',
    text: titleOf(look),
    children: [
      ...messageOf(look),
      ...sidesOf(look),
      ...look.routes.map(routeBranch),
      ...stepsOf(look, options.now),
      ...analysesIn(look, options.now),
      ...waitOf(look, options.now),
      ...decisionsOf(look, options),
    ],
  }
}

function titleOf({ name, namespace, status, deleting }: Look): Line {
  const phase = status === undefined ? span('not seen yet', 'warn') : phaseSpan(status.phase)
  return words(
    strong(`${namespace}/${name}`),
    phase,
    stageOf(status?.release),
    deleting ? span('(being deleted)', 'warn') : undefined,
  )
}

function stageOf(release: Release | undefined): string {
  if (release === undefined) return ''
  if (release.stage !== undefined) return release.stage
  return `step ${release.step}/${release.steps}${release.paused === undefined ? '' : ' paused'}`
}

function messageOf(look: Look): Branch[] {
  if (look.specProblems.length > 0) {
    return look.specProblems.map((problem) => ({ key: 'problem', label: 'problem', text: [span(problem, 'bad')] }))
  }
  const unseen = hasUnseenUpdate(look) ? [{ key: 'held', label: 'held', text: heldText(look) }] : []
  const message = look.status?.message ?? 'the controller has not looked at it yet: does it run? (`sluice controller`)'
  return [...(saysMore(look) ? [{ key: 'message', text: words(message) }] : []), ...unseen]
}

/** The wait has a line of its own: a message that only repeats it is left out. */
function saysMore({ status }: Look): boolean {
  return status?.waiting === undefined || !status.message.includes(status.waiting.message)
}

const heldText = ({ workload }: Look): Line =>
  words(
    span('an update', 'warn'),
    imageTags(workload?.images ?? []),
    dim('is held; the controller has not answered it yet'),
  )

function sidesOf(look: Look): Branch[] {
  const { stable, canary } = look
  return [
    ...(stable === undefined ? [] : [sideBranch(isRolling(look) ? 'workload' : 'stable', stable)]),
    ...(canary === undefined ? [] : [sideBranch('canary', canary)]),
  ]
}

function sideBranch(key: string, side: Side): Branch {
  const whole = side.ready >= side.wanted
  const pods = span(`${side.ready}/${side.wanted} ready`, whole ? 'good' : 'warn')
  return {
    key,
    label: key,
    text: words(strong(imageTags(side.images)), dim(side.revision ?? ''), pods),
    children: troubleOf(side),
  }
}

const mostTrouble = 3

function troubleOf({ trouble }: Side): Branch[] {
  const shown = trouble.slice(0, mostTrouble).map(({ pod, reason }) => ({
    key: 'pod',
    text: words(span('✖', 'bad'), pod, span(reason, 'bad')),
  }))
  const more = trouble.length - shown.length
  return more > 0 ? [...shown, { key: 'pods', text: [dim(`and ${more} more not ready`)] }] : shown
}

function routeBranch({ kind, name, asked, says, object }: RouteLook): Branch {
  const agrees = asked === undefined || (says ?? 0) === asked
  const share = span(`${says ?? 0} % to the canary`, agrees ? 'plain' : 'warn')
  return {
    key: 'traffic',
    label: 'traffic',
    text: words(
      `${kind} ${name}`,
      share,
      agrees ? undefined : span(`(${asked} % asked)`, 'warn'),
      dim(object === undefined ? '' : `by ${object}`),
    ),
  }
}

function stepsOf(look: Look, now: number): Branch[] {
  const steps = look.spec?.strategy.canary.steps ?? []
  if (steps.length === 0) return []
  const children = steps.map((step, index) => stepBranch(look, step, index + 1, now))
  return [{ key: 'steps', label: 'steps', text: [], children }]
}

function stepBranch(look: Look, step: Step, number: number, now: number): Branch {
  const mark = markOf(look.status, number)
  const gates = step.gates.map(gateText).join(', ')
  const tone = mark === 'open' ? dim : (text: string) => span(text)
  const text = words(markSpan(mark), tone(`${number}`), tone(targetText(step)), dim(gates))
  const release = look.status?.release
  const open = mark === 'current' && release !== undefined && step === currentStep(look)
  return { key: `${number}`, text, children: open ? step.gates.map((gate) => gateBranch(gate, release, now)) : [] }
}

const analysesIn = ({ status }: Look, now: number): readonly Branch[] =>
  status === undefined ? [] : analysisBranches(analysesOf(status), status, now)

function waitOf({ status }: Look, now: number): Branch[] {
  const waiting = status?.waiting
  if (waiting === undefined) return []
  const until = waiting.until === undefined ? undefined : dim(`(${untilText(waiting.until, now)})`)
  return [
    { key: 'waiting', label: 'waiting', text: words(span(waiting.message, 'warn'), until) },
    { key: 'next', label: 'next', text: [strong(waiting.next)] },
  ]
}

function decisionsOf({ status }: Look, { now, decisions }: TreeOptions): Branch[] {
  const taken = (status?.decisions ?? []).slice(-decisions).reverse()
  if (taken.length === 0 || decisions === 0) return []
  const children = taken.map((decision) => ({ key: 'decision', text: decisionLine(decision, now) }))
  return [{ key: 'decisions', label: 'decisions', text: [], children }]
}

/** `12:01:05Z alice approve step 1: accepted`. */
export function decisionLine(decision: TakenDecision, now: number): Line {
  const { verb, by, at, step, outcome, reason, message } = decision
  const what = step === undefined ? verb : `${verb} step ${step}`
  const refused = outcome === 'Refused' ? span(`refused: ${message}`, 'bad') : undefined
  return words(dim(timeText(at, now)), by, strong(what), refused, dim(reason === undefined ? '' : `“${reason}”`))
}
