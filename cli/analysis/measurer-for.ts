import type { Measure, Measurement, Reading } from '../../analysis/measurement.ts'
import { unanswered } from '../../analysis/unanswered.ts'
import type { MetricSource } from '../../api/analysis.ts'
import { systemClock } from '../../rollout-controller/loop/clock.ts'
import { createMeasurer, type MeasurerDeps } from '../../rollout-controller/measurer.ts'
import type { Store } from './store.ts'

type Reader = Pick<MeasurerDeps, 'client'>

/** Asks as the controller does, with the rights of the person. */
export function measurerFor({ client }: Reader, store: Omit<Store, 'close'>): Measure {
  const { prometheus, allowedAddresses } = store
  const measure = createMeasurer({
    client,
    clock: systemClock,
    allowedAddresses,
    ...(prometheus === undefined ? {} : { defaultPrometheus: prometheus }),
  })
  return async (request, signal) => {
    if (prometheus === undefined && asksDefault(request.source)) return unanswered(request, nobodyToAsk(store))
    return withOwnRights(await measure(request, signal))
  }
}

/** Whether the controller's own Prometheus is asked. */
export const asksDefault = (source: MetricSource): boolean =>
  source.kind === 'prometheus' && source.address === undefined

/** Why there is no Prometheus to ask, and what to do. */
export function nobodyToAsk({ controllerSeen }: Pick<Store, 'controllerSeen'>): string {
  return controllerSeen
    ? 'the controller was started without --prometheus: give --prometheus URL'
    : 'it is not known here which Prometheus the controller asks: give --prometheus URL'
}

/** It is the person who may not read a Secret here: what the controller may is not known. */
function withOwnRights(measurement: Measurement): Measurement {
  const readings = Object.entries(measurement.readings).map(([name, reading]) => [name, ownRights(reading)] as const)
  return { ...measurement, readings: Object.fromEntries(readings) }
}

function ownRights(reading: Reading): Reading {
  if (reading.kind !== 'away') return reading
  const why = reading.why
    .replace(/^the controller may not read /, 'you may not read ')
    .replace(/: it needs a Role /, '; the controller, too, needs a Role ')
  return { ...reading, why }
}
