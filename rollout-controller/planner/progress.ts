import { stepsHashOf } from '../../api/hash.ts'
import type { RolloutSpec, Step } from '../../api/rollout.ts'
import type { Release } from '../../api/status.ts'
import type { Action } from '../plan.ts'
import { analysed } from './analysed.ts'
import { forget } from './analyses.ts'
import { beginRollBack, interrupted, problemMidway } from './end.ts'
import { judgeGates } from './gates.ts'
import { atProblem, ready, waitOrRollBack } from './patience.ts'
import { paused, shiftTo } from './shift.ts'
import { atStep, batchOf, leaveStep, resumeIndex } from './steps.ts'
import { go, stamp, stay, type Turn, type View } from './turn.ts'
import { fullSize } from './view.ts'

/** Progressing: scale the copy → ready → split → gates → next, with every analysis that is at work beside it. */
export function progress(view: View): Turn {
  return interrupted(view) ?? analysed(view, goOn)
}

function goOn(view: View): Turn {
  const { release } = view.status
  const { spec } = view.rollout
  const problem = problemMidway(view)
  if (problem) return atProblem(view, problem)
  if (!release || !spec) return stay(view)
  if (stepsHashOf(spec.strategy.canary.steps) !== release.stepsHash) return takeNewSteps(view, spec, release)
  const step = spec.strategy.canary.steps[release.step - 1]
  return step ? inStep(view, spec, release, step) : stay(view)
}

function inStep(view: View, spec: RolloutSpec, release: Release, step: Step): Turn {
  const shift = shiftTo(view, batchOf(spec.strategy.canary.steps, release.step - 1, fullSize(view)))
  if (shift.kind !== 'reached') {
    if (shift.waiting.reason === 'Paused') return stay(view, shift)
    return waitOrRollBack(view, shift, release.gatesOpenedAt ? undefined : release.stepStartedAt)
  }
  if (!release.gatesOpenedAt) {
    return go(view, 'gates-open', { release: { ...release, gatesOpenedAt: stamp(view.now) } })
  }
  return atGates(ready(view), spec, step, release.gatesOpenedAt, shift.actions)
}

function atGates(view: View, spec: RolloutSpec, step: Step, openedAt: string, actions: readonly Action[]): Turn {
  const { release } = view.status
  if (!release) return stay(view)
  if (release.paused) return stay(view, { actions, waiting: paused(view) })
  const answer = judgeGates(view, step, openedAt)
  switch (answer.kind) {
    case 'fail':
      return beginRollBack(view, answer.ending)
    case 'wait':
      return stay(view, { actions, waiting: answer.waiting, wakeAt: answer.wakeAt })
    case 'pass':
      return release.step < release.steps ? nextStep(view, spec, release) : promote(view, release)
    default:
      return answer satisfies never
  }
}

function nextStep(view: View, spec: RolloutSpec, release: Release): Turn {
  const next = { ...leaveStep(release), ...atStep(spec, release.step, fullSize(view), stamp(view.now)) }
  return go(view, 'step-passed', { release: next })
}

function promote(view: View, release: Release): Turn {
  const since = stamp(view.now)
  const filling = {
    ...leaveStep(release),
    weight: 100,
    replicas: fullSize(view),
    stage: 'Filling',
    stageStartedAt: since,
  } as const
  return go(view, 'promotion-begins', { phase: 'Promoting', release: filling, drainSince: undefined })
}

/** Another list of steps is another attempt: what was approved so far passes nothing any more; the traffic stays where it is. */
function takeNewSteps(view: View, spec: RolloutSpec, release: Release): Turn {
  const index = resumeIndex(spec.strategy.canary.steps, Math.max(0, ...view.routes.map((route) => route.state.canary)))
  const attempts = view.status.attempts + 1
  return go(
    view,
    'steps-changed',
    {
      attempts,
      release: {
        ...forget(leaveStep(release), 'step'),
        ...atStep(spec, index, fullSize(view), stamp(view.now)),
        attempt: `${release.revision}-${attempts}`,
        routes: spec.traffic,
      },
    },
    {
      type: 'Normal',
      reason: 'StepsChanged',
      note: `the steps were edited: goes on at step ${index + 1}, approvals start anew`,
    },
  )
}
