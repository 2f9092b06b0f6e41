import type { Questions } from '../../analysis/measurement.ts'
import type { KubeObject } from '../../api/kube-object.ts'

/** The analysis with every question about the canary put about stable: for while there is no canary to ask about. */
export function asStable(analysis: KubeObject): KubeObject {
  return { ...analysis, spec: turned(analysis['spec']) }
}

function turned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\{\{\s*canary\./g, '{{ stable.')
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, turned(inner)]))
}

/** Those that can be asked without a canary: of stable, and such as have no sides. */
export function stableQuestions(questions: Questions): Questions {
  return Object.fromEntries(
    Object.entries(questions).filter(([name]) => name === 'value' || /(^|\.)stable$/.test(name)),
  )
}
