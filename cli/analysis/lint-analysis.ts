import type { KubeObject } from '../../api/kube-object.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'
import type { Finding } from '../view/problems.ts'

/** What is wrong with an analysis by itself; templates are checked with the Rollouts that use it. */
export function findingsOfAnalysis(analysis: KubeObject): readonly Finding[] {
  const parsed = parseAnalysis(analysis)
  if (parsed.kind === 'ok') return []
  return parsed.problems.map(({ path, message }) => ({ severity: 'error', message: `${path} ${message}` }))
}
