import { type CelFunc, type CelMap, CelScalar, celMap, celMethod, mapType } from '@bufbuild/cel'
import type { Attributes, Authorize, Caller } from '../server/caller.ts'
import { serviceAccount } from './rbac.ts'

/** `authorizer.group('apps').resource('deployments').namespace('shop').check('get').allowed()`, as Kubernetes has it. */
export interface CelAuthorizers {
  readonly functions: readonly CelFunc[]
  /** The variable `authorizer` for one caller. */
  readonly authorizer: (authorize: Authorize, caller: Caller) => CelMap
}

/** What was said so far of what one wants to do; `allowed` once it was checked. */
interface Question {
  readonly authorize: Authorize
  readonly caller: Caller
  readonly about: Attributes
  readonly allowed?: boolean
}

const map = mapType(CelScalar.DYN, CelScalar.DYN)
const { BOOL, STRING } = CelScalar
const parts = ['group', 'resource', 'subresource', 'namespace', 'name'] as const

export function createCelAuthorizers(): CelAuthorizers {
  const questions = new WeakMap<object, Question>()
  const asValue = (question: Question): CelMap => {
    const value = celMap(new Map())
    questions.set(value, question)
    return value
  }
  const questionOf = (value: CelMap): Question => {
    const question = questions.get(value)
    if (question === undefined) throw new Error('no such overload')
    return question
  }
  const functions = [
    ...parts.map((part) =>
      celMethod(part, map, [STRING], map, function (text: string) {
        const question = questionOf(this)
        return asValue({ ...question, about: { ...question.about, ...(text === '' ? {} : { [part]: text }) } })
      }),
    ),
    celMethod('serviceAccount', map, [STRING, STRING], map, function (namespace: string, name: string) {
      return asValue({ ...questionOf(this), caller: serviceAccount(namespace, name) })
    }),
    celMethod('check', map, [STRING], map, function (verb: string) {
      const { authorize, caller, about } = questionOf(this)
      return asValue({ authorize, caller, about, allowed: authorize(caller, { ...about, verb }) })
    }),
    celMethod('allowed', map, [], BOOL, function () {
      return questionOf(this).allowed === true
    }),
  ]
  const nothing: Attributes = { verb: '', group: '', resource: '' }
  return { functions, authorizer: (authorize, caller) => asValue({ authorize, caller, about: nothing }) }
}
