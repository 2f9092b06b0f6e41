import { isRolling, type Look } from '../look.ts'
import { imageTags, told } from './marks.ts'

/** One plain line that says all that is worth a line in a log; two looks with the same line show no change. */
export function changeLine(look: Look): string {
  const { status } = look
  if (status === undefined) return `${look.namespace}/${look.name} not seen yet by the controller`
  const { release, waiting } = status
  const parts = [
    `${look.namespace}/${look.name}`,
    release?.stage === undefined ? status.phase : `${status.phase}/${release.stage}`,
    release === undefined ? '' : `step=${release.step}/${release.steps} weight=${release.weight}%`,
    sideText(isRolling(look) ? 'workload' : 'stable', look.stable),
    sideText('canary', look.canary),
    `- ${told(waiting?.message ?? status.message)}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function sideText(name: string, side: Look['stable']): string {
  if (side === undefined) return ''
  return `${name}=${imageTags(side.images).replaceAll(' ', '')}:${side.ready}/${side.wanted}`
}
