import { CelScalar, celEnv, celFunc, isCelError, parse, plan } from '@bufbuild/cel'
import { isRecord, type JsonObject, objectOf, textOf } from '../api/json.ts'
import { maxConditionLength } from '../api/limits.ts'
import { createMemo } from './memo.ts'
import { shorten } from './words.ts'

/** `test` gives undefined where the expression gives no answer for a value: `1 / int(value)` of 0. */
export type Condition =
  | { readonly kind: 'ok'; readonly test: (value: number) => boolean | undefined }
  | { readonly kind: 'invalid'; readonly why: string }

type Program = (value: number) => unknown
/** A node of the syntax tree: what it is, and what it holds. */
type Node = JsonObject & { readonly case: string }

/** Every expression must answer for these, and around each number that it names. */
const ordinary = [0, 1, -1, 0.5, 100]

const { DOUBLE, INT } = CelScalar
const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '_+_': (a, b) => a + b,
  '_-_': (a, b) => a - b,
  '_*_': (a, b) => a * b,
  '_/_': (a, b) => a / b,
}
/** CEL compares a double with an int but does not add them. People write `value * 100 > 5`: here they may. */
const mixed = Object.entries(arithmetic).flatMap(([name, reckon]) => [
  celFunc(name, [DOUBLE, INT], DOUBLE, (a, b) => reckon(a, Number(b))),
  celFunc(name, [INT, DOUBLE], DOUBLE, (a, b) => reckon(Number(a), b)),
])
const env = celEnv({ funcs: mixed })

/**
 * Compiling costs as much as some hundred tests. Kept by the module, since nobody can tell but by the time it takes: the
 * same text is the same condition.
 */
const compiled = createMemo<Condition>(500)

/**
 * Compiles CEL over `value`, a double, to a test of one number. Never throws. Invalid is what cannot be read, names
 * anything but `value`, never looks at it, loops (one number needs none, and nested loops never end), or does not
 * answer with true or false for ordinary numbers and for those around the constants in it.
 */
export function compileCondition(text: string): Condition {
  const known = compiled.get(text)
  if (known) return known
  const condition = compile(text)
  compiled.set(text, condition)
  return condition
}

function compile(text: string): Condition {
  if (text.length > maxConditionLength) return invalid(`it is longer than ${maxConditionLength} characters`)
  try {
    const { expr } = parse(text)
    const nodes = nodesIn(expr)
    const run = plan(env, expr)
    const program: Program = (value) => answerOf(() => run({ value }))
    const problem = problemOfNames(nodes) ?? problemOfAnswers(program, probesOf(nodes))
    return problem === undefined ? { kind: 'ok', test: testOf(program) } : invalid(problem)
  } catch (error) {
    return invalid(`it cannot be read: ${messageOf(error).replace(/^<input>:\d+:(\d+): /, 'at character $1: ')}`)
  }
}

const invalid = (why: string): Condition => ({ kind: 'invalid', why: shorten(why, 200) })

function nodesIn(tree: unknown): readonly Node[] {
  if (Array.isArray(tree)) return tree.flatMap(nodesIn)
  if (!isRecord(tree)) return []
  const below = Object.values(tree).flatMap(nodesIn)
  return isNode(tree) ? [tree, ...below] : below
}

const isNode = (tree: JsonObject): tree is Node => typeof tree.case === 'string'

function problemOfNames(nodes: readonly Node[]): string | undefined {
  if (nodes.some((node) => node.case === 'comprehensionExpr')) return 'it loops; there is only one value to look at'
  const names = nodes.flatMap((node) => (node.case === 'identExpr' ? (textOf(objectOf(node.value).name) ?? []) : []))
  const unknown = names.find((name) => name !== 'value')
  if (unknown !== undefined) return `it names ${unknown}; there is only value`
  return names.length === 0 ? 'it does not look at value' : undefined
}

/** Numbers at which the answer may change, so that every branch is tried. */
function probesOf(nodes: readonly Node[]): readonly number[] {
  const constants = nodes.flatMap(({ value }) =>
    typeof value === 'number' || typeof value === 'bigint' ? [Number(value)] : [],
  )
  return [...ordinary, ...constants.flatMap((constant) => [constant - 1, constant, constant + 1])].slice(0, 200)
}

function problemOfAnswers(program: Program, probes: readonly number[]): string | undefined {
  for (const probe of probes) {
    const answer = program(probe)
    if (answer instanceof Error) return `with value ${probe}: ${answer.message}`
    if (typeof answer !== 'boolean') return `it must be true or false; with value ${probe} it is ${String(answer)}`
  }
  return undefined
}

function testOf(program: Program): (value: number) => boolean | undefined {
  return (value) => {
    const answer = program(value)
    return typeof answer === 'boolean' ? answer : undefined
  }
}

/** The library answers with errors; some, such as a tree too deep for the stack, it throws. */
function answerOf(run: () => unknown): unknown {
  try {
    const answer = run()
    return isCelError(answer) ? new Error(answer.message) : answer
  } catch (error) {
    return new Error(messageOf(error))
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
