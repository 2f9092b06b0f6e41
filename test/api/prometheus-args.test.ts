import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { authTypes } from '../../api/parse-source.ts'
import { prometheusArgs, readAuthText, readHeaderText } from '../../api/prometheus-args.ts'

const names = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/).map((name) => `X-${name}`)
const values = fc.stringMatching(/^[ -~]{0,40}$/)

describe('how a Prometheus is asked, on the command line', () => {
  it('is read back as it was written', () => {
    const stores = fc.record({
      address: fc.constant('http://prometheus:9090'),
      headers: fc.array(fc.record({ name: names, value: values }), { maxLength: 4 }),
      auth: fc.record({
        type: fc.constantFrom(...authTypes),
        secret: fc.stringMatching(/^[a-z]{1,9}(\.[a-z]{1,9})?$/),
      }),
    })
    fc.assert(
      fc.property(stores, ({ address, headers, auth }) => {
        const [first, ...others] = prometheusArgs({ address, headers, auth })
        const texts = others.map((arg) => arg.slice(arg.indexOf('=') + 1))
        expect(first).toBe(`--prometheus=${address}`)
        expect(texts.slice(0, -1).map(readHeaderText)).toEqual(headers.map((value) => ({ kind: 'ok', value })))
        expect(readAuthText(texts.at(-1) ?? '')).toEqual({ kind: 'ok', value: auth })
      }),
    )
  })

  it.each([
    ['X-Scope-OrgID', 'write it as NAME=VALUE'],
    ['=shop', 'write it as NAME=VALUE'],
    ['a b=shop', 'its name must be the name of an HTTP header'],
    ['X=ä', 'its value must be one line of printable ASCII'],
    ['Host=admin', 'its name is Host, which cannot be set'],
    ['cookie=a', 'its name is cookie, which cannot be set: credentials belong in a Secret'],
  ])('takes no header %s', (text, why) => {
    expect(readHeaderText(text)).toEqual({ kind: 'problem', why: expect.stringContaining(why) })
  })

  it.each([
    ['mimir', 'write it as TYPE:SECRET'],
    ['digest:mimir', 'its type must be one of basic, bearer, tls'],
    ['bearer:', 'its secret must be the name of a Secret'],
    ['bearer:Mimir', 'its secret must be the name of a Secret'],
  ])('takes no credentials %s', (text, why) => {
    expect(readAuthText(text)).toEqual({ kind: 'problem', why: expect.stringContaining(why) })
  })
})
