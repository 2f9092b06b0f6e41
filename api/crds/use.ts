import { analysisKinds, builtInNames } from '../analysis.ts'
import {
  defaultAnalysisDeadline,
  labelPattern,
  maxAnalyses,
  maxArgumentLength,
  maxArguments,
  maxNameLength,
  namePattern,
} from '../limits.ts'
import { deadlineChoices } from '../parse-use.ts'
import { boolean, duration, named, object, oneOf, type Rule, type Schema, text } from './schema.ts'

export const builtInList = `[${builtInNames.map((name) => `'${name}'`).join(', ')}]`

const kindRule: Rule = {
  rule: `!has(self.kind) || (self.kind == 'BuiltIn') == (self.name in ${builtInList})`,
  message: 'kind must be BuiltIn for an analysis that comes with Sluice, and for no other',
}

const argument = object(
  'A value for one of its parameters.',
  {
    name: text('Name of the parameter.', { pattern: labelPattern, maxLength: 63 }),
    value: text('What stands for `{{ args.NAME }}` in its queries.', { maxLength: maxArgumentLength }),
  },
  { required: ['name', 'value'] },
)

/** How a Rollout uses an analysis; `parse-use.ts` reads the same. */
export const useSchema: Schema = object(
  'Metrics that must pass.',
  {
    name: text('Name of the Analysis, the ClusterAnalysis, or one that comes with Sluice.', {
      pattern: namePattern,
      minLength: 1,
      maxLength: maxNameLength,
    }),
    kind: oneOf(
      'Kind of it. Default: BuiltIn for the name of one that comes with Sluice, else Analysis.',
      analysisKinds,
    ),
    args: named('Values for its parameters.', argument, { maxItems: maxArguments }),
    deadline: duration(`How long it may take to come to a verdict. Default: ${defaultAnalysisDeadline}.`),
    atDeadline: oneOf(
      'What an inconclusive verdict leads to at the deadline. pause: a person approves or rolls back. Default: pause.',
      deadlineChoices,
    ),
    advisory: boolean('It is shown and decides nothing. Default: false.'),
  },
  { required: ['name'], rules: [kindRule] },
)

/** A list of analyses, each named once. */
export const usesSchema = (description: string): Schema => named(description, useSchema, { maxItems: maxAnalyses })
