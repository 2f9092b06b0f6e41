import {
  type CelInput,
  type CelResult,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  isCelError,
  parse,
  plan,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import type { Authorize, Caller } from '../server/caller.ts'
import { createCelAuthorizers } from './cel-authorizer.ts'
import { createJsonInCel } from './cel-json.ts'
import { listFunctions } from './cel-lists.ts'
import { readTree } from './cel-tree.ts'

/** Where all expressions of a cluster are compiled, each once, and what they are given and give back. */
export interface Cel {
  /** Never throws: an expression that cannot be read is a program with a `problem`, which running it gives as well. */
  readonly compile: (expression: string) => CelProgram
  readonly toCel: (json: unknown) => CelInput
  readonly toJson: (value: unknown) => unknown
  readonly authorizer: (authorize: Authorize, caller: Caller) => CelInput
}

export interface CelProgram {
  readonly expression: string
  /** Why it cannot be compiled. Types and functions are not checked before it runs. */
  readonly problem?: string
  /** The variables that it names. */
  readonly uses: ReadonlySet<string>
  readonly run: (variables: CelVariables) => CelAnswer
}

/** Properties may be getters: they are read when the expression asks for them. */
export type CelVariables = Readonly<Record<string, CelInput>>

/** `value` is a JavaScript boolean, string, number (a double) or bigint (an int); `toJson` reads the others. */
export type CelAnswer =
  | { readonly kind: 'value'; readonly value: CelValue }
  | { readonly kind: 'error'; readonly message: string }

/** CEL with what Kubernetes adds: strings, lists, the authorizer, and objects to apply. */
export function createCel(): Cel {
  const { toCel, toJson, equal } = createJsonInCel()
  const { functions, authorizer } = createCelAuthorizers()
  const { DYN, BOOL } = CelScalar
  const env = celEnv({
    funcs: [
      ...strings,
      ...listFunctions,
      ...functions,
      celFunc('_==_', [DYN, DYN], BOOL, equal),
      celFunc('_!=_', [DYN, DYN], BOOL, (a, b) => !equal(a, b)),
    ],
  })
  const programs = new Map<string, CelProgram>()

  function compile(expression: string): CelProgram {
    const program = programs.get(expression) ?? programOf(expression)
    programs.set(expression, program)
    return program
  }
  function programOf(expression: string): CelProgram {
    try {
      const { expr } = parse(expression)
      const uses = readTree(expr)
      const run = plan(env, expr)
      return { expression, uses, run: (variables) => answerOf(run(variables)) }
    } catch (error) {
      const message = `compilation failed: ${error instanceof Error ? error.message : String(error)}`
      return { expression, uses: new Set(), problem: message, run: () => ({ kind: 'error', message }) }
    }
  }
  return { compile, toCel, toJson, authorizer }
}

/** In the words that Kubernetes has for the commonest error. */
function answerOf(result: CelResult): CelAnswer {
  if (!isCelError(result)) return { kind: 'value', value: result }
  return { kind: 'error', message: result.message.replace(/^field not found: /, 'no such key: ') }
}
