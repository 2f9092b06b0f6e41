import { describe, expect, it } from 'vitest'
import { troubleIn } from '../../cli/analysis/why-away.ts'

describe('why a question has no answer', () => {
  it.each([
    ['query', 'the store refuses the query: parse error'],
    ['query', 'the store warns: PromQL warning: quantile'],
    ['address', 'an Analysis may not ask a.example: whoever runs the controller may allow it'],
    ['address', 'the store has a link-local address, where clouds keep their credentials'],
    ['secret', 'Secret shop/token does not exist'],
    ['secret', 'Secret token has no key token, which auth of type bearer needs'],
    ['secret', 'you may not read Secret shop/token; the controller, too, needs a Role in shop'],
    ['store', 'the store refuses connections'],
    ['store', 'the question could not be asked'],
    ['store', 'the question was given up'],
  ] as const)('is about the %s where it says: %s', (trouble, why) => expect(troubleIn(why)).toBe(trouble))
})
