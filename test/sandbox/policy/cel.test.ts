import { describe, expect, it } from 'vitest'
import { type CelAnswer, createCel } from '../../../sandbox/policy/cel.ts'
import type { Attributes } from '../../../sandbox/server/caller.ts'

const cel = createCel()

/** With `self` as JSON. */
const on = (self: unknown, expression: string): CelAnswer => cel.compile(expression).run({ self: cel.toCel(self) })
const resultOf = (self: unknown, expression: string): unknown => {
  const answer = on(self, expression)
  return answer.kind === 'value' ? cel.toJson(answer.value) : answer
}

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['size(self.list) == 3', true],
    ['self.count + 1', 4],
    ['self.count / 2', 1],
    ['self.ratio * 2.0', 1],
    ['self.list.isSorted()', true],
    ['[3, 1].isSorted()', false],
    ["['a', 'b'].isSorted()", true],
    ["duration('1h') > duration('59m')", true],
    ['has(self.none)', false],
    ["'key' in self.map ? self.map['key'] : 'other'", 'value'],
    ["self.list.exists(one, one == 2) && self.map.all(key, key != 'x')", true],
    ["self.map.key.upperAscii() + '-' + 'a,b'.split(',')[1]", 'VALUE-b'],
    ["'x-1'.matches('^x-[0-9]+$')", true],
    ['self.map', { key: 'value' }],
    ["self == {'count': 3, 'ratio': 0.5, 'list': [1, 2, 3], 'map': {'key': 'value'}}", true],
    ["'constructor' in self.map", false],
  ])('%s gives %j', (expression, value) => {
    expect(resultOf({ count: 3, ratio: 0.5, list: [1, 2, 3], map: { key: 'value' } }, expression)).toEqual(value)
  })

  it('that asks for what is not there is an error in the words of Kubernetes', () => {
    expect(on({}, 'self.none')).toEqual({ kind: 'error', message: 'no such key: none' })
  })

  it('that cannot be read says so, and never throws', () => {
    expect(cel.compile('self.').problem).toContain('compilation failed')
    expect(on({}, 'self.')).toMatchObject({ kind: 'error', message: expect.stringContaining('compilation failed') })
  })

  it('is compiled once', () => {
    expect(cel.compile('self.a')).toBe(cel.compile('self.a'))
  })

  it('knows the variables that it names, and no texts', () => {
    expect([...cel.compile("self.all(x, x != 'oldSelf')").uses]).not.toContain('oldSelf')
    expect([...cel.compile('self.a == oldSelf.a').uses]).toEqual(['self', 'oldSelf'])
  })

  it('of typed objects gives plain JSON, and the very objects that it was given', () => {
    const labels = { a: 'b' }
    const applied =
      'Object{metadata: Object.metadata{labels: self}, spec: Object.spec{paused: true, parts: [Object.spec.parts{n: 1}]}}'
    const value = resultOf(labels, applied)
    expect(value).toEqual({ metadata: { labels }, spec: { paused: true, parts: [{ n: 1 }] } })
    expect((value as { metadata: { labels: unknown } }).metadata.labels).toBe(labels)
  })
})

describe('objects', () => {
  it('that are the same object are equal without being read', () => {
    const unread = new Proxy({}, { ownKeys: () => expect.unreachable() })
    const program = cel.compile('self.template != oldSelf.template')
    const variables = { self: cel.toCel({ template: unread }), oldSelf: cel.toCel({ template: unread }) }
    expect(program.run(variables)).toEqual({ kind: 'value', value: false })
  })

  it('are equal whatever the order of their keys', () => {
    expect(
      resultOf(
        [
          { a: 1, b: [2] },
          { b: [2], a: 1 },
        ],
        'self[0] == self[1]',
      ),
    ).toBe(true)
    expect(resultOf([{ a: 1 }, { a: 1, b: 2 }], 'self[0] == self[1]')).toBe(false)
  })
})

describe('the authorizer', () => {
  it('asks for what was said, for whom it was said', () => {
    const asked: [string, Attributes][] = []
    const authorizer = cel.authorizer(
      ({ username }, about) => {
        asked.push([username, about])
        return about.verb === 'approve'
      },
      { username: 'ann', groups: [] },
    )
    const check =
      "authorizer.group('g').resource('r').subresource('s').namespace('n').name('x').check('approve').allowed()"
    expect(cel.compile(check).run({ authorizer })).toEqual({ kind: 'value', value: true })
    const other = "authorizer.serviceAccount('n', 'bot').group('').resource('pods').check('get').allowed()"
    expect(cel.compile(other).run({ authorizer })).toEqual({ kind: 'value', value: false })
    expect(asked).toEqual([
      ['ann', { verb: 'approve', group: 'g', resource: 'r', subresource: 's', namespace: 'n', name: 'x' }],
      ['system:serviceaccount:n:bot', { verb: 'get', group: '', resource: 'pods' }],
    ])
  })
})
