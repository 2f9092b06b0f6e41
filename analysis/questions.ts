import type { MetricCondition } from '../api/analysis.ts'
import type { Questions } from './measurement.ts'

/** What a condition asks at every measurement, by the names that its judge calls them. */
export function questionsOf(condition: MetricCondition): Questions {
  switch (condition.kind) {
    case 'threshold':
      return { value: condition.query }
    case 'compare': {
      const { canary, stable, minimumSample: sample } = condition
      return { canary, stable, ...(sample && { 'sample.canary': sample.canary, 'sample.stable': sample.stable }) }
    }
    case 'evidence': {
      const { requests, bad } = condition
      return {
        'requests.canary': requests.canary,
        'requests.stable': requests.stable,
        'bad.canary': bad.queries.canary,
        'bad.stable': bad.queries.stable,
      }
    }
    default:
      return condition satisfies never
  }
}

/** May be without data for ever where all is well: a counter of errors appears with the first of them. */
export const mayStayEmpty = (condition: MetricCondition, question: string): boolean =>
  condition.kind === 'evidence' && condition.bad.counts === 'errors' && question.startsWith('bad.')
