import { podsOf } from './traces.ts'
import type { Sight } from './watcher.ts'

export const isHealthy = ({ look }: Sight): boolean => look.status?.phase === 'Healthy'

/** At rest, with every pod of the workload on this version. */
export const isHealthyOn =
  (version: string) =>
  (sight: Sight): boolean =>
    isHealthy(sight) &&
    sight.look.workload?.held !== true &&
    podsOf(sight.world, version).length === sight.look.stable?.wanted

export const waitsAt =
  (step: number) =>
  ({ look: { status } }: Sight): boolean =>
    status?.release?.step === step && status.waiting?.reason === 'Approval'
