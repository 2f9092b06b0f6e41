import type { CelProgram } from './cel.ts'
import type { Problem } from './problem.ts'

/** A structural schema as it is read once, to be followed many times. */
export interface Schema {
  /** Undefined: of any type, or an integer or a string. */
  readonly type?: SchemaType
  readonly isIntOrString: boolean
  readonly nullable: boolean
  /** Unknown fields are kept. */
  readonly preserves: boolean
  /** An object of Kubernetes: it has apiVersion, kind and metadata besides its properties. */
  readonly isEmbedded: boolean
  readonly properties: ReadonlyMap<string, Schema>
  readonly required: readonly string[]
  readonly additional?: Schema
  readonly items?: Schema
  readonly default?: unknown
  /** How the items of a list are told apart: by these keys, or as a whole (`set`). */
  readonly listKeys?: readonly string[] | 'set'
  /** What is asked of the value itself, once its type is right. */
  readonly checks: readonly Check[]
  readonly rules: readonly SchemaRule[]
  /** Whether it or anything in it has rules, and such as compare with the value before. */
  readonly hasRules: boolean
  readonly hasTransitions: boolean
}

export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'

/** One of `x-kubernetes-validations`. */
export interface SchemaRule {
  readonly program: CelProgram
  /** Compares with the value before: says nothing where there was none. */
  readonly isTransition: boolean
  readonly message?: string
  readonly messageProgram?: CelProgram
  readonly reason?: string
  readonly fieldPath: string
}

/** What is wrong with a value at a path; undefined when nothing is. */
export type Check = (value: unknown, at: string) => Problem | undefined
