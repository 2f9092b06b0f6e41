import { labelPattern, metricDefaults, shortestInterval } from '../limits.ts'
import { conditionKinds } from '../parse-condition.ts'
import { sourceKinds } from '../parse-source.ts'
import { conditionSchemas } from './metric-condition.ts'
import { sourceSchemas } from './metric-source.ts'
import { duration, exactlyOne, object, type Rule, type Schema, text } from './schema.ts'

const countedAtOnce: Rule = {
  rule: '!has(self.evidence) || !has(self.prometheus) || !has(self.prometheus.range)',
  message: 'range is not for evidence, which counts at one moment',
}

/** One metric of an analysis; `parse-analysis.ts` reads the same. */
export const metricSchema: Schema = object(
  'One thing that is measured again and again, and judged.',
  {
    name: text('Its name.', { pattern: labelPattern, maxLength: 63 }),
    interval: duration(`How often it is measured. Default: ${metricDefaults.interval}.`, { least: shortestInterval }),
    warmUp: duration(
      `For how long after a share of the traffic came into force measurements say nothing. Default: ${metricDefaults.warmUp}.`,
      { orZero: true },
    ),
    patience: duration(
      `For how long the store may be away before the metric is inconclusive. Default: ${metricDefaults.patience}.`,
      { orZero: true },
    ),
    ...sourceSchemas,
    ...conditionSchemas,
  },
  { required: ['name'], rules: [exactlyOne(...sourceKinds), exactlyOne(...conditionKinds), countedAtOnce] },
)
