import { analysisKinds } from '../analysis.ts'
import { analysisScopes, maxSamples, verdicts } from '../analysis-run.ts'
import { maxAnalyses, maxGates, maxMetrics, maxSteps } from '../limits.ts'
import { boolean, integer, list, number, object, oneOf, type Schema, text, texts, time } from './schema.ts'

const figures = object('What it came to; each absent where it is not known.', {
  canary: number('Of the new version.'),
  stable: number('Of the stable version.'),
  margin: number('What the new version may be worse by.'),
  evidence: number('From 0 to 1: how much of what a verdict needs is there.'),
  requests: number('Requests that the new version has answered and that count.'),
  needed: number('How many more of them a verdict needs.'),
})

const sample = object(
  'One measurement.',
  {
    at: time('The time that it is about.'),
    verdict: oneOf('What it came to.', verdicts),
    canary: number('Of the new version.'),
    stable: number('Of the stable version.'),
    note: text('What there was where there is no number.'),
  },
  { required: ['at', 'verdict'] },
)

const metric = object(
  'One metric.',
  {
    name: text('Its name.'),
    verdict: oneOf('What it came to so far.', verdicts),
    why: text('Why, in a sentence.'),
    measuredAt: time('The time that the last measurement was about.'),
    figures,
    samples: list('The last measurements, oldest first.', sample, { maxItems: maxSamples }),
    queries: texts('What was asked.'),
    away: boolean('Its store does not answer at present.'),
    awayMs: integer('For how long in all its store did not answer, in milliseconds.'),
    state: text('What the judge remembers; nobody else reads it.'),
  },
  { required: ['name', 'verdict', 'why', 'figures', 'samples', 'queries'] },
)

const run = object(
  'One analysis.',
  {
    id: text('Its scope or step, and its name.'),
    scope: oneOf('What it is for.', analysisScopes),
    analysis: text('Name of the analysis.'),
    kind: oneOf('Kind of it.', analysisKinds),
    hash: text('Of its metrics as they are asked: when they are edited it starts anew.'),
    startedAt: time('When it began.'),
    verdict: oneOf('What it came to so far.', verdicts),
    why: text('Why, in a sentence.'),
    advisory: boolean('It is shown and decides nothing.'),
    acceptedBy: text('Who let the release go on although it had come to no verdict in time.'),
    awayMs: integer('For how long a store did not answer, in milliseconds.'),
    metrics: list('Its metrics.', metric, { maxItems: maxMetrics }),
  },
  {
    required: [
      'id',
      'scope',
      'analysis',
      'kind',
      'hash',
      'startedAt',
      'verdict',
      'why',
      'advisory',
      'awayMs',
      'metrics',
    ],
  },
)

/** As many as a spec can name. */
const maxItems = maxSteps * maxGates + 2 * maxAnalyses

/** The analyses of a release, with what they measured; field by field as in `analysis-run.ts`. */
export const runsSchema = (description: string): Schema => list(description, run, { maxItems })
