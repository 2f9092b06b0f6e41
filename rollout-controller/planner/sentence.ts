import type { RolloutStatus, Waiting } from '../../api/status.ts'

/** Where it is, in one sentence, the same words for the same state: what it waits for, or else the state it is in. */
export function sentence(status: RolloutStatus, waiting: Waiting | undefined): string {
  if (!waiting) return place(status)
  return `${waiting.message.charAt(0).toUpperCase()}${waiting.message.slice(1)}`
}

function place(status: RolloutStatus): string {
  const { phase, release } = status
  switch (phase) {
    case 'Pending':
      return 'Updates are not released yet'
    case 'Healthy':
      return 'The stable version has all traffic; an update will be held'
    case 'Progressing':
      return `Step ${release?.step} of ${release?.steps}, ${release?.weight} % for revision ${release?.revision}`
    case 'Promoting':
      return `Promoting revision ${release?.revision}`
    case 'RollingBack':
      return 'Rolling back'
    case 'RolledBack':
      return 'Rolled back'
    case 'Restoring':
      return 'Restoring the stable version'
    case 'Bypassed':
      return 'Bypassed'
    case 'Terminating':
      return 'Being deleted'
    default:
      return phase satisfies never
  }
}
