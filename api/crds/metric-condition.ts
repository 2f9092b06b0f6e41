import {
  compareDefaults,
  conditionDefaults,
  evidenceDefaults,
  maxConditionLength,
  maxCount,
  maxMargin,
  maxMinimumSample,
  maxQueryLength,
  maxRatio,
  relativePattern,
} from '../limits.ts'
import { betterChoices, type conditionKinds, noDataChoices, vectorChoices } from '../parse-condition.ts'
import { boolean, exactlyOne, integer, number, object, oneOf, type Schema, text } from './schema.ts'

const query = (description: string) => text(description, { minLength: 1, maxLength: maxQueryLength })
const expression = (description: string) => text(description, { minLength: 1, maxLength: maxConditionLength })

const sides = (description: string) =>
  object(
    description,
    { canary: query('Query for the new version.'), stable: query('Query for the stable version.') },
    { required: ['canary', 'stable'] },
  )

const counts = {
  count: integer(`So many measurements must pass. Default: ${conditionDefaults.count}.`, {
    minimum: 1,
    maximum: maxCount,
  }),
  failureLimit: integer(`So many measurements may fail. Default: ${conditionDefaults.failureLimit}.`, {
    minimum: 0,
    maximum: maxCount,
  }),
  consecutiveErrorLimit: integer('So many in a row may go unanswered. Absent: only the patience counts.', {
    minimum: 0,
    maximum: maxCount,
  }),
}

const threshold = object(
  'An expression over the value, or over each value of a vector.',
  {
    query: query('What is asked.'),
    pass: expression('CEL over `value`, a number: value >= 0.99.'),
    fail: expression('CEL over `value`. Absent: what does not pass fails. What does neither is inconclusive.'),
    over: oneOf('A vector passes when all, or any, of its values do. Default: all.', vectorChoices),
    noData: oneOf('What an answer without a value means. It never passes. Default: inconclusive.', noDataChoices),
    ...counts,
  },
  { required: ['query', 'pass'] },
)

const margin = object(
  `The new version may be worse by the larger of the two. Absent: relative ${compareDefaults.relative}.`,
  {
    absolute: number("In the metric's own unit.", { minimum: 0, maximum: maxMargin }),
    relative: text('Of what stable has, such as "10%".', { pattern: relativePattern, maxLength: 16 }),
  },
  {
    rules: [{ rule: 'has(self.absolute) || has(self.relative)', message: 'must have absolute, relative or both' }],
  },
)

const minimumSample = object(
  'Fewer on either side say nothing.',
  {
    canary: query('Query for how many there were of the new version.'),
    stable: query('Query for how many there were of the stable version.'),
    count: integer('So many at least.', { minimum: 1, maximum: maxMinimumSample }),
  },
  { required: ['canary', 'stable', 'count'] },
)

const compare = object(
  'The new version against stable, measured over the same window.',
  {
    canary: query('Query for the new version.'),
    stable: query('Query for the stable version.'),
    better: oneOf('Which is better.', betterChoices),
    margin,
    minimumSample,
    ...counts,
  },
  { required: ['canary', 'stable', 'better'] },
)

const evidence = object(
  'A sequential test on counts. The queries give counters that only grow, one series for each thing that counts.',
  {
    requests: sides('Requests.'),
    errors: sides('Requests that failed.'),
    good: sides("Requests that did not fail; of a histogram's bucket: those fast enough."),
    ratio: number(`So many times stable's error rate is still no worse. Default: ${evidenceDefaults.ratio}.`, {
      minimum: 1,
      maximum: maxRatio,
    }),
    margin: number(
      `In percentage points: "not worse" means not worse by more than this. Default: ${evidenceDefaults.margin}.`,
      { minimum: 0, maximum: 100 },
    ),
    passEarly: boolean(
      `With true the release goes on as soon as it is shown that the new version is not worse, otherwise at the deadline. Default: ${evidenceDefaults.passEarly}.`,
    ),
  },
  { required: ['requests'], rules: [exactlyOne('errors', 'good')] },
)

/** What answers are held against, by kind; `parse-condition.ts` reads the same. */
export const conditionSchemas: Readonly<Record<(typeof conditionKinds)[number], Schema>> = {
  threshold,
  compare,
  evidence,
}
