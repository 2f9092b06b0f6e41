import { type Clumping, dispersion, learned, noClumping } from './clumping.ts'
import { type Counts, noCounts, plus } from './counts.ts'
import { betOnNotWorse, logNotWorse, type NotWorse, noNotWorse } from './not-worse.ts'
import { feltAfter, noWellness, type Wellness } from './wellness.ts'
import { betOnWorse, logWorse, noWorse, type Worse } from './worse.ts'

/** What is known of a release after some ticks. */
export interface Tally {
  /** Of the ticks that count. */
  readonly counted: Counts
  readonly worse: Worse
  readonly notWorse: NotWorse
  readonly clumping: Clumping
  readonly wellness: Wellness
}

export const noTally: Tally = {
  counted: { canary: noCounts, stable: noCounts },
  worse: noWorse,
  notWorse: noNotWorse,
  clumping: noClumping,
  wellness: noWellness,
}

export interface Terms {
  readonly ratio: number
  /** From 0 to 1. */
  readonly margin: number
  /** From 0 to 1. */
  readonly falseAlarm: number
}

/** Of the canaries that are worse by more than the margin, so many at most are ever said not to be. */
export const falsePass = 0.05

/** `unwell`: the service itself, so nothing can be said of the canary. */
export type Finding = 'worse' | 'unwell' | 'notWorse' | 'unclear'

/** Adds a tick in which both sides had requests. Clumping is what earlier ticks showed. */
export function tallied(tally: Tally, counts: Counts, terms: Terms): Tally {
  const clumping = dispersion(tally.clumping)
  const wellness = feltAfter(tally.wellness, counts.stable, clumping)
  if (wellness.unwell) return { ...tally, wellness, clumping: learned(tally.clumping, undefined) }
  return {
    counted: {
      canary: plus(tally.counted.canary, counts.canary),
      stable: plus(tally.counted.stable, counts.stable),
    },
    worse: betOnWorse(tally.worse, counts, { ratio: terms.ratio, clumping, falseAlarm: terms.falseAlarm }),
    notWorse: betOnNotWorse(tally.notWorse, counts, terms.margin, clumping),
    clumping: learned(tally.clumping, counts.stable),
    wellness,
  }
}

/** What the tally says now. Whoever was worse once remains so: that is for the caller to remember. */
export function findingOf(tally: Tally, { falseAlarm }: Terms): Finding {
  if (logWorse(tally.worse) >= -Math.log(falseAlarm)) return 'worse'
  if (tally.wellness.unwell) return 'unwell'
  return logNotWorse(tally.notWorse) >= -Math.log(falsePass) ? 'notWorse' : 'unclear'
}
