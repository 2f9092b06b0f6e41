/** What becomes of a pod. */
export const podFates = ['healthy', 'never-ready', 'crash-loop', 'hangs'] as const
export type PodFate = (typeof podFates)[number]
