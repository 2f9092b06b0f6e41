import { InvalidArgumentError, Option } from 'commander'
import { formatDuration, parseDuration } from '../api/duration.ts'
import type { Goal } from './goal.ts'

/** `30s`, `5m`, `1h30m`, in milliseconds. */
export function durationArgument(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('write it as 30s, 5m or 1h30m')
  return ms
}

export const timeoutOption = (defaultMs?: number): Option => {
  const option = new Option('--timeout <duration>', 'how long to wait, as 30s or 5m').argParser(durationArgument)
  return defaultMs === undefined ? option : option.default(defaultMs, formatDuration(defaultMs))
}

const goals: readonly Goal[] = ['step', 'rollout']
export const untilOption = (normal: Goal): Option =>
  new Option('--until <end>', 'what --wait waits for').choices(goals).default(normal)

export const outputOption = (formats: readonly string[]): Option =>
  new Option('-o, --output <format>', 'print for machines').choices(formats)
