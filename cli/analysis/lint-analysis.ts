import { renderAnalysis } from '../../analysis/render.ts'
import type { AnalysisSpec, Argument } from '../../api/analysis.ts'
import type { KubeObject } from '../../api/kube-object.ts'
import { clusterAnalysisResource } from '../../api/names.ts'
import { parseAnalysis } from '../../api/parse-analysis.ts'
import type { Finding } from '../view/problems.ts'

/** What is wrong with an analysis by itself: its fields, and its texts as a Rollout with everything would ask them. */
export function findingsOfAnalysis(analysis: KubeObject): readonly Finding[] {
  const parsed = parseAnalysis(analysis)
  if (parsed.kind === 'problems') return parsed.problems.map(({ path, message }) => error(`${path} ${message}`))
  const problems = problemsFor(analysis, parsed.spec)
  return problems.map((problem) => error(problem))
}

const error = (message: string): Finding => ({ severity: 'error', message })

/** Every name that there is has a value. */
const sample = {
  rollout: 'web',
  namespace: 'shop',
  workload: 'web',
  routes: ['web'],
  stableServices: ['web'],
  canaryServices: ['web-canary'],
  stableRevision: 'aaaaaaaaaa',
  canaryRevision: 'bbbbbbbbbb',
}

/** What an argument may be: a number, a duration, a name. */
const guesses = ['1', '5m', 'sample'] as const

interface Attempt {
  readonly args: readonly Argument[]
  /** Whatever the guesses. */
  readonly problems: readonly string[]
  /** Arguments that cannot be what was guessed for them. */
  readonly wrong: readonly string[]
}

/** Arguments without a default are guessed; what is wrong with a guess alone is nobody's mistake. */
function problemsFor(analysis: KubeObject, spec: AnalysisSpec): readonly string[] {
  const open = spec.args.flatMap(({ name, value }) => (value === undefined ? [name] : []))
  const args = open.map((name) => ({ name, value: guesses[0] }))
  // Twice: of two in one text the first that is wrong hides the other.
  return [...open, ...open].reduce(
    (best, name) => betterGuess(analysis, spec, best, name),
    attempt(analysis, spec, args),
  ).problems
}

function betterGuess(analysis: KubeObject, spec: AnalysisSpec, before: Attempt, name: string): Attempt {
  if (!before.wrong.includes(name)) return before
  const others = guesses.map((value) => {
    const args = before.args.map((arg) => (arg.name === name ? { name, value } : arg))
    return attempt(analysis, spec, args)
  })
  return others.find(({ wrong }) => !wrong.includes(name)) ?? before
}

function attempt(
  { kind: given, metadata: { name } }: KubeObject,
  spec: AnalysisSpec,
  args: readonly Argument[],
): Attempt {
  const kind = given === clusterAnalysisResource.kind ? ('ClusterAnalysis' as const) : ('Analysis' as const)
  const use = { name, kind, args, deadlineMs: 0, atDeadline: 'pause' as const, advisory: false }
  const rendered = renderAnalysis(spec, use, sample)
  const all = rendered.kind === 'ok' ? [] : rendered.problems
  const isOf = (problem: string, arg: Argument): boolean => problem.includes(`{{ args.${arg.name} }} is "`)
  return {
    args,
    problems: all.filter((problem) => !args.some((arg) => isOf(problem, arg))),
    wrong: args.filter((arg) => all.some((problem) => isOf(problem, arg))).map((arg) => arg.name),
  }
}
