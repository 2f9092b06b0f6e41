import type { TemplateRole } from './snapshot.ts'

/** The name of the PodTemplate that keeps a template of a Rollout. */
export const templateName = (rollout: string, role: TemplateRole): string => `${rollout}-${role}`
