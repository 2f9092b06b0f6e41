import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Language, renderTemplate } from '../../analysis/template.ts'
import { readPromQl } from './promql-text.ts'

const render = (text: string, value: string, language: Language = 'promql') =>
  renderTemplate(text, { x: value, 'args.x': value }, language)
const whyNot = (text: string, value: string, language: Language = 'promql') => {
  const rendered = render(text, value, language)
  return rendered.kind === 'invalid' ? rendered.why : `rendered as ${rendered.text}`
}

describe('a template', () => {
  it('has the values of its names put in, with or without spaces, and only once', () => {
    const rendered = renderTemplate('{a="{{x}}",b="{{ y }}"}', { x: '{{ y }}', y: '1' }, 'promql')
    expect(rendered).toEqual({ kind: 'ok', text: '{a="{{ y }}",b="1"}' })
  })

  it.each<[string, string, string]>([
    ['a name that has no value', 'up{a="{{ pods }}"}', 'there is no {{ pods }}; there are: x, args.x'],
    ['a name that every object has', 'up{a="{{ constructor }}"}', 'there is no {{ constructor }}'],
    ['no name', 'up{a="{{ }}"}', 'there is no {{  }}'],
    ['braces that are not closed', 'up{a="{{ x }"}', '{{ is not closed'],
    ['a string that is not closed', 'up{a="{{ x }}}', 'a string is not closed with "'],
    ['a value after a backslash', 'up{a="\\{{ x }}"}', '{{ x }} stands after a backslash'],
  ])('is refused with %s', (_, text, why) => {
    expect(whyNot(text, '1')).toContain(why)
  })

  it('takes no half of a character', () => {
    expect(whyNot('up{a="{{ x }}"}', 'a\ud800')).toContain('half a character')
  })
})

/** Any text, and often such as would break out. */
const anyValue = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', "'", '`', '\\', '\n', '\r', '#', '{', '}', ',', ' ', 'a', '\ufffd', '\0') }),
)
const plainText = fc.string({ unit: fc.constantFrom('a', '.', '+', '|', '#', '}', '(', ' ', 'é', '💥') })
const between = fc.constantFrom('up{a=', ',b=~', '} or\n# it\'s "one" of `those`\nup{c!=', ' + ')

/** [what is before a literal, its quote, what is before the value, what is after it] */
const piecesIn = (...quotes: readonly string[]) =>
  fc.array(fc.tuple(between, fc.constantFrom(...quotes), plainText, plainText), { minLength: 1, maxLength: 4 })
type Pieces = readonly (readonly [string, string, string, string])[]

/** What is read back from a query with a value in each of its literals, and what should be. */
function readBack(pieces: Pieces, value: string) {
  const template = pieces.map(([head, quote, a, b]) => `${head}${quote}${a}{{ args.x }}${b}${quote}`).join('')
  const rendered = render(template, value)
  return {
    read: rendered.kind === 'ok' ? readPromQl(rendered.text) : rendered,
    right: {
      literals: pieces.map(([, , a, b]) => `${a}${value}${b}`),
      rest: pieces.map(([head, quote]) => `${readPromQl(head).rest}${quote}${quote}`).join(''),
    },
  }
}

describe('a name in a regular expression of PromQL', () => {
  const names = { route: 'shop.example|web', 'canary.pods': 'a[.]b-.+', 'args.x': 'a.b' }
  const rendered = (text: string) => {
    const answer = renderTemplate(text, names, 'promql')
    return answer.kind === 'ok' ? answer.text : answer.why
  }

  it.each([
    ['{a=~"{{ route }}"}', '{a=~"shop[.]example|web"}'],
    ["{a !~ 'x-({{ route }})-{{ route }}'}", "{a !~ 'x-(shop[.]example|web)-shop[.]example|web'}"],
    ['{a=~`\\d{{ route }}`}', '{a=~`\\dshop[.]example|web`}'],
    ['{a=~"\\"{{ route }}"}', '{a=~"\\"shop[.]example|web"}'],
  ])('matches itself alone: %s', (text, right) => {
    expect(rendered(text)).toBe(right)
  })

  it.each([
    ['{a=~"b",c="{{ route }}"}', '{a=~"b",c="shop.example|web"}'],
    ['{a="=~{{ route }}"}', '{a="=~shop.example|web"}'],
    ['label_replace(up, "a", "{{ route }}", "b", "c")', 'label_replace(up, "a", "shop.example|web", "b", "c")'],
  ])('is as it is in any other string: %s', (text, right) => {
    expect(rendered(text)).toBe(right)
  })

  it('is no argument, which says itself what it matches, and no pods, which do already', () => {
    expect(rendered('{a=~"{{ args.x }}",b=~"{{ canary.pods }}"}')).toBe('{a=~"a.b",b=~"a[.]b-.+"}')
  })
})

describe('a value in a string of PromQL', () => {
  it('is read back exactly, and the rest of the query is what it was, whatever the value', () => {
    fc.assert(
      fc.property(piecesIn('"', "'"), anyValue, (pieces, value) => {
        const { read, right } = readBack(pieces, value)
        expect(read).toEqual(right)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is so between backticks, too, unless it cannot be written there', () => {
    const isRaw = (value: string) => !/[`\p{Cc}\ufffd]/u.test(value)
    fc.assert(
      fc.property(piecesIn('"', "'", '`'), anyValue.filter(isRaw), (pieces, value) => {
        const { read, right } = readBack(pieces, value)
        expect(read).toEqual(right)
      }),
    )
    fc.assert(
      fc.property(
        anyValue.filter((value) => !isRaw(value)),
        (value) => {
          expect(whyNot('up{a=`{{ x }}`}', value)).toContain('cannot stand between backticks')
        },
      ),
    )
  })
})

describe('a value elsewhere in PromQL', () => {
  it('is one word, whatever is asked for', () => {
    const anyWord = fc.oneof(anyValue, fc.constantFrom('5m', '1.5', '-1', '1e+5', 'http_total', 'a b', 'or', '1)'))
    fc.assert(
      fc.property(anyWord, (value) => {
        const rendered = render('rate(up[{{ x }}]) > 1', value)
        const word = rendered.kind === 'ok' ? rendered.text.slice('rate(up['.length, -']) > 1'.length) : 'refused'
        expect(word).toMatch(/^([+-]?[\w.:]+|[+-]?[\d.]+e[+-]\d+)$/i)
      }),
    )
  })

  it.each([
    ['a duration', 'rate(up[{{ x }}])', '1h30m'],
    ['a number', 'up > {{ x }}', '-0.5'],
    ['the name of a metric', 'rate({{ x }}[1m])', 'job:http_requests:rate5m'],
    ['a part of a name', 'http_{{ x }}_total', 'requests'],
  ])('may be %s', (_, text, value) => {
    expect(render(text, value)).toEqual({ kind: 'ok', text: text.replace('{{ x }}', value) })
  })

  it.each([
    ['an expression', 'up > {{ x }}', '1 or vector(1)'],
    ['a matcher', 'up{ {{ x }} }', 'a="b"'],
    ['an operator', 'up {{ x }} down', 'OR'],
    ['nothing', 'up > {{ x }}', ''],
    ['a second word within a name', 'up{{ x }}', ' or vector(1)'],
    ['a sign within a name', 'up{{ x }}', '-1'],
    ['a new line in a comment', 'up # {{ x }}', 'a\nor vector(1)'],
    ['a word after the quote of a comment', "up # it's {{ x }}", "a' or vector(1)"],
  ])('may not be %s', (_, text, value) => {
    expect(whyNot(text, value)).toContain('{{ x }} is ')
  })
})

describe('a value in a URL', () => {
  it('is one part of its path or query, whatever it is', () => {
    const anyPart = anyValue.filter((value) => !/^\.+$/.test(value))
    fc.assert(
      fc.property(anyPart, (value) => {
        const rendered = render('http://stats/a/{{ x }}/b?c={{ x }}&d=1', value, 'url')
        const url = new URL(rendered.kind === 'ok' ? rendered.text : 'http://refused')
        expect(url.host).toBe('stats')
        expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', value, 'b'])
        expect([...url.searchParams]).toEqual([
          ['c', value],
          ['d', '1'],
        ])
        expect(url.hash).toBe('')
      }),
      { numRuns: 1_000 },
    )
  })

  it('never leads up a path', () => {
    for (const value of ['.', '..']) expect(whyNot('http://stats/a/{{ x }}/b', value, 'url')).toContain('another path')
    expect(render('http://stats/{{ x }}', '%2e%2e', 'url')).toEqual({ kind: 'ok', text: 'http://stats/%252e%252e' })
  })

  it('says which host is asked only where Sluice knows it, and never more than a name', () => {
    expect(render('http://{{ x }}.shop:8080/', 'web', 'url')).toEqual({ kind: 'ok', text: 'http://web.shop:8080/' })
    for (const value of ['evil.com/', 'a@evil.com', 'a:80', 'a|b', '']) {
      expect(whyNot('http://{{ x }}.shop/', value, 'url')).toContain('no part of the name of a host')
    }
    expect(whyNot('http://{{ args.x }}/', 'evil.com', 'url')).toContain('cannot say which host is asked')
    expect(render('http://web:{{ args.x }}/', '9090', 'url')).toMatchObject({ kind: 'ok' })
    expect(whyNot('http://web:{{ args.x }}/', '80@evil.com', 'url')).toContain('no port')
  })
})

describe('a value in JSON', () => {
  it('is read back exactly from a string, whatever it is', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const rendered = render('{"a": {"b": "x{{ x }}y\\"", "c": [{"d": 1}]}}', value, 'json')
        const json: unknown = JSON.parse(rendered.kind === 'ok' ? rendered.text : rendered.why)
        expect(json).toEqual({ a: { b: `x${value}y"`, c: [{ d: 1 }] } })
      }),
    )
  })

  it('is a number, true or false elsewhere', () => {
    expect(render('{"a": {{ x }}}', '5', 'json')).toEqual({ kind: 'ok', text: '{"a": 5}' })
    expect(whyNot('{"a": {{ x }}}', '5, "b": 1', 'json')).toContain('outside of quotes only')
    expect(whyNot('{"a": 1{{ x }}}', '5', 'json')).toContain('outside of quotes only')
  })
})

describe('a value elsewhere', () => {
  it.each<[string, Language, string, string]>([
    ['in a header is one line', 'plain', 'a {{ x }}', 'b\r\nHost: evil'],
    ['in a JSONPath is one name', 'path', '$.a.{{ x }}', 'b.c'],
    ['in a condition is a number', 'number', 'value < {{ x }}', '1 || true'],
    ['in a condition stands alone', 'number', 'value < 1{{ x }}', '5'],
  ])('%s', (_, language, text, value) => {
    expect(whyNot(text, value, language)).toContain('{{ x }} is ')
  })
})
