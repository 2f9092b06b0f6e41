import type { Measure } from '../../analysis/measurement.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { createMeasurer } from '../../rollout-controller/measurer.ts'
import type { Session } from '../session.ts'
import type { Store } from './store.ts'

/** Asks as the controller does, with the rights of the person. */
export const measurerFor = ({ client }: Session, { prometheus, allowedAddresses }: Store): Measure =>
  createMeasurer({
    client,
    clock: systemClock,
    allowedAddresses,
    ...(prometheus === undefined ? {} : { defaultPrometheus: prometheus }),
  })
