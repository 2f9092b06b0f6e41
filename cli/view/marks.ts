import type { AnalysisUse } from '../../api/analysis.ts'
import { formatDuration } from '../../api/duration.ts'
import type { Gate, Replicas, Step } from '../../api/rollout.ts'
import type { Phase } from '../../api/status.ts'
import type { StepMark } from '../look.ts'
import { type Span, span, type Tone } from './spans.ts'

const phaseTones: Readonly<Record<Phase, Tone>> = {
  Pending: 'warn',
  Healthy: 'good',
  Progressing: 'accent',
  Promoting: 'accent',
  RollingBack: 'bad',
  RolledBack: 'bad',
  Restoring: 'bad',
  Bypassed: 'warn',
  Terminating: 'warn',
}
export const phaseSpan = (phase: Phase): Span => span(phase, phaseTones[phase])

const marks: Readonly<Record<StepMark, Span>> = {
  done: span('✔', 'good'),
  current: span('▶', 'accent'),
  failed: span('✖', 'bad'),
  open: span('○', 'dim'),
}
export const markSpan = (mark: StepMark): Span => marks[mark]

/** `20 %`, `20 % on 3 pods`, `50 % of the pods`. */
export function targetText({ weight, replicas }: Step): string {
  const share = weight === undefined ? '' : `${weight} %`
  if (replicas === undefined) return share
  return [share, replicasText(replicas)].filter((part) => part !== '').join(' on ')
}

const replicasText = (replicas: Replicas): string =>
  replicas.kind === 'count' ? plural(replicas.count, 'pod') : `${replicas.percent} % of the pods`

export function gateText(gate: Gate): string {
  switch (gate.kind) {
    case 'approval':
      return approvalText(gate.timeoutMs)
    case 'pause':
      return `pause ${formatDuration(gate.durationMs)}`
    case 'analysis':
      return useText(gate.use)
    default:
      return gate satisfies never
  }
}

/** `analysis success-rate`. */
export const useText = ({ name, advisory }: AnalysisUse): string => `analysis ${name}${advisory ? ' (advice)' : ''}`

const approvalText = (timeoutMs: number | undefined): string =>
  timeoutMs === undefined ? 'approval' : `approval within ${formatDuration(timeoutMs)}`

/** What no verdict in time leads to. */
export function deadlineText({ atDeadline }: AnalysisUse): string {
  switch (atDeadline) {
    case 'pause':
      return 'asks a person'
    case 'goOn':
      return 'goes on'
    case 'rollBack':
      return 'rolls back'
    default:
      return atDeadline satisfies never
  }
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The tag, or the short digest, of an image: what a person calls the version. */
export function imageTag(image: string): string {
  const [, digest] = image.split('@')
  if (digest !== undefined) return digest.replace(/^sha256:/, '').slice(0, 12)
  return /:([^/:]+)$/.exec(image)?.[1] ?? 'latest'
}

export const imageTags = (images: readonly string[]): string => [...new Set(images.map(imageTag))].join(' + ')

/** Seconds are enough for a person; ages in two units at most: `3m20s`, `2h5m`, `4d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)}d`
  if (seconds >= 3600) return formatDuration(Math.floor(seconds / 60) * 60_000)
  return formatDuration(seconds * 1000)
}

/** `12:30:05Z`, with the day when it is another. */
export function timeText(time: string, now: number): string {
  const iso = new Date(Date.parse(time)).toISOString()
  const today = new Date(now).toISOString().slice(0, 10)
  return iso.slice(0, 10) === today ? `${iso.slice(11, 19)}Z` : `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`
}

/** A sentence of the controller's or a judge's as it is shown: times in whole seconds. */
export const told = (sentence: string): string => sentence.replace(/(:\d\d)\.\d+Z\b/g, '$1Z')

/** `until 12:30:05Z, in 4m`. */
export function untilText(until: string, now: number): string {
  const leftMs = Date.parse(until) - now
  return `until ${timeText(until, now)}, ${leftMs > 0 ? `in ${ageText(leftMs)}` : 'now'}`
}
