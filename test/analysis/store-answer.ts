import { request } from 'undici'
import type { SeriesValue } from '../../analysis/measurement.ts'
import { prometheus } from '../../analysis/providers/prometheus.ts'

/** What a Prometheus says now, asked and read as Sluice does. Throws when it does not answer. */
export async function askPrometheus(url: string, query: string): Promise<readonly SeriesValue[]> {
  const source = { kind: 'prometheus', headers: [] } as const
  const ask = prometheus.ask(source, query, Date.now(), { address: url, headers: [] })
  if (ask.kind !== 'http') throw new Error(`cannot ask: ${JSON.stringify(ask)}`)
  const { method, headers, body } = ask.request
  const fields = Object.fromEntries(headers.map(({ name, value }) => [name, value]))
  const answer = await request(ask.request.url, { method, headers: fields, body: body ?? null })
  const text = await answer.body.text()
  const contentType = String(answer.headers['content-type'])
  const reading = prometheus.read(source, query, { kind: 'http', status: answer.statusCode, contentType, body: text })
  if (reading.kind === 'away') throw new Error(`${query}: ${reading.why}`)
  return reading.kind === 'values' ? reading.values : []
}
