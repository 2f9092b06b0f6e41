import type { Verb } from '../api/decision.ts'
import type { Goal } from './goal.ts'

/** A verb in words, and what `--wait` waits for after it. */
export interface VerbText {
  readonly description: string
  readonly done: string
  readonly goal: Goal
}

export const verbTexts: Readonly<Record<Verb, VerbText>> = {
  approve: { description: 'let the current step pass', done: 'approved', goal: 'step' },
  reject: { description: 'turn a version down at its approval, and roll it back', done: 'rejected', goal: 'rollout' },
  rollback: {
    description: 'send all traffic back to the stable version, at any moment',
    done: 'rolled back',
    goal: 'rollout',
  },
  pause: { description: 'stay at the current step until resumed', done: 'paused', goal: 'rollout' },
  resume: { description: 'go on after a pause', done: 'resumed', goal: 'step' },
  retry: { description: 'release a version again that was turned down', done: 'asked to retry', goal: 'rollout' },
  bypass: {
    description: 'let updates roll at once, without a canary, until `hold`',
    done: 'bypassed',
    goal: 'rollout',
  },
  hold: { description: 'end a bypass: updates are held again', done: 'asked to hold again', goal: 'rollout' },
}
