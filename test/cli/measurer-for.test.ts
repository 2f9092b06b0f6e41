import { describe, expect, it } from 'vitest'
import type { PrometheusSource } from '../../api/analysis.ts'
import { measurerFor } from '../../cli/analysis/measurer-for.ts'
import { KubeError } from '../../kube/errors.ts'

const denying = {
  get: () => Promise.reject(new KubeError('denied', 'no')),
  list: () => Promise.reject(new KubeError('denied', 'no')),
}
const answerTo = async (part: Partial<PrometheusSource>, controllerSeen: boolean) => {
  const measure = measurerFor({ client: denying }, { controllerSeen, allowedAddresses: [] })
  const source: PrometheusSource = { kind: 'prometheus', headers: [], ...part }
  const pods = { canary: 'a=b', stable: 'a=b' }
  const request = { id: 'x', namespace: 'shop', trusted: true, source, questions: { value: 'x' }, atMs: 0, pods }
  return (await measure(request, new AbortController().signal)).readings['value']
}

describe('a question asked by a person', () => {
  it('that names no Prometheus says whether the controller has one, where that is known', async () => {
    const why = expect.stringContaining('it is not known here which Prometheus the controller asks')
    expect(await answerTo({}, false)).toEqual({ kind: 'away', why })
    const seen = expect.stringContaining('the controller was started without --prometheus')
    expect(await answerTo({}, true)).toEqual({ kind: 'away', why: seen })
  })
  it('that needs a Secret which this person may not read says so of the person', async () => {
    const auth = { type: 'bearer', secret: 'token' } as const
    const why = expect.stringMatching(
      /^you may not read Secret sluice-system\/token; the controller, too, needs a Role in sluice-system that allows/,
    )
    expect(await answerTo({ address: 'http://127.0.0.1:1', auth }, false)).toEqual({ kind: 'away', why })
  })
})
