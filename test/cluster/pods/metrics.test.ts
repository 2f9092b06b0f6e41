import { describe, expect, it } from 'vitest'
import { parsePod } from '../../../sandbox/pods/behaviour.ts'
import { Metrics } from './metrics.ts'

function pod(restarts = 0) {
  const parsed = parsePod({
    metadata: { uid: 'u1', name: 'web-1', namespace: 'shop' },
    spec: { containers: [{ image: 'web:v2' }] },
    status: { podIP: '10.1.2.3', phase: 'Running', containerStatuses: [{ restartCount: restarts }] },
  })
  if (parsed === undefined) throw new Error('not a pod')
  return parsed
}

describe('what a pod tells Prometheus', () => {
  it('are its requests by code and method, and their times', async () => {
    const metrics = new Metrics()
    metrics.add(pod(), { method: 'GET', status: 200, durationMs: 40 })
    metrics.add(pod(), { method: 'POST', status: 500, durationMs: 700 })
    const page = await metrics.page(pod())
    for (const line of [
      'http_requests_total{code="200",method="GET"} 1',
      'http_requests_total{code="500",method="POST"} 1',
      'http_request_duration_seconds_bucket{le="0.025",code="200",method="GET"} 0',
      'http_request_duration_seconds_bucket{le="0.05",code="200",method="GET"} 1',
      'http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="500",url_scheme="http"} 1',
    ])
      expect(page.split('\n')).toContain(line)
  })

  it('begins at zero when its process was started again', async () => {
    const metrics = new Metrics()
    metrics.add(pod(), { method: 'GET', status: 200, durationMs: 1 })
    expect(await metrics.page(pod(1))).not.toContain('http_requests_total{')
  })
})
