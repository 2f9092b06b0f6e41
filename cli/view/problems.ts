import { span, words } from './spans.ts'
import type { Branch } from './tree.ts'

/** One finding of `lint`, in words. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly next?: string
}

export function findingBranch({ severity, message, next }: Finding): Branch {
  const children = next === undefined ? [] : [{ key: 'next', text: words('→', next) }]
  return { key: severity, label: severity, text: [span(message, severity === 'error' ? 'bad' : 'warn')], children }
}
