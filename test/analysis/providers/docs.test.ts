import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { whyOf } from '../../../analysis/http/failure.ts'
import type { Answer } from '../../../analysis/provider.ts'
import { prometheus } from '../../../analysis/providers/prometheus.ts'
import { providerFor } from '../../../analysis/registry.ts'
import { parseAnalysis } from '../../../api/parse-analysis.ts'
import { jsonAnswer } from '../../contracts/metric-provider.ts'

const page = readFileSync(new URL('../../../docs/metric-providers.md', import.meta.url), 'utf8')
const said = (answer: Answer): string => {
  const reading = prometheus.read({ kind: 'prometheus', headers: [] }, 'up', answer)
  return reading.kind === 'away' ? reading.why : JSON.stringify(reading)
}
const http = (status: number, contentType: string, body: string): Answer => ({
  kind: 'http',
  status,
  contentType,
  body,
})
const success = (resultType: string, result: unknown, more: object = {}): Answer =>
  jsonAnswer({ status: 'success', data: { resultType, result }, ...more })
const failedWith = (code: string): string => whyOf(Object.assign(new Error('x'), { code }))

describe('docs/metric-providers.md', () => {
  it('opens with an analysis whose questions can be asked', () => {
    const parsed = parseAnalysis(parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''))
    const metrics = parsed.kind === 'ok' ? parsed.spec.metrics : []
    const asked = metrics.map(({ source, condition }) => {
      const question = condition.kind === 'threshold' ? condition.query : ''
      const { kind } = providerFor(source.kind).ask(source, question, 0, undefined)
      return [kind, providerFor(source.kind).check(source, question)]
    })
    expect(asked).toEqual([
      ['http', undefined],
      ['http', undefined],
      ['pods', undefined],
    ])
  })

  it.each([
    failedWith('ECONNREFUSED'),
    failedWith('EHOSTUNREACH'),
    failedWith('ENOTFOUND'),
    failedWith('ECONNRESET'),
    failedWith('SELF_SIGNED_CERT_IN_CHAIN'),
    said(http(302, 'text/html', '')),
    said(http(401, 'text/plain', 'no org id')),
    said(http(429, 'text/plain', '')),
    said(jsonAnswer({ status: 'error', errorType: 'timeout', error: 'query timed out' }, 503)),
    said(http(200, 'text/html', '<html>')),
    said(http(200, 'application/json', '{"status":')),
    said({ ...jsonAnswer({ status: 'error', errorType: 'bad_data', error: '' }, 400), quotable: true }),
    said(jsonAnswer({ status: 'error', errorType: 'bad_data', error: '' }, 400)),
    said(success('scalar', [0, '1'], { warnings: ['receive series from 10.0.0.1: connection refused'] })),
    said(success('vector', [], { warnings: ['PromQL warning: bucket label "le" is missing'] })),
    said(success('string', [0, 'x'])),
    said(success('vector', Array.from({ length: 201 }))),
  ])('has the words: %s', (words) => {
    expect(page).toContain(`\`${words}`)
  })
})
