import { describe, expect, it } from 'vitest'
import { alertCases } from './alert-cases.ts'
import { readAlerts } from './alerts.ts'
import { parseExpression } from './promql.ts'
import { served, servedMetrics, unknownIn } from './served.ts'

const alerts = await readAlerts()
const metrics = await served(servedMetrics().registry)

describe('the alert rules', () => {
  it('are there, each under a name of its own, and each with its cases', () => {
    expect(alerts.length).toBeGreaterThan(10)
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
    expect(alertCases.map(({ alert }) => alert).sort()).toEqual(alerts.map(({ alert }) => alert).sort())
  })

  it.each(alerts)('$alert waits before it fires, says how grave it is, and names the next action', (rule) => {
    expect(rule.for).toMatch(/^[1-9]\d*[mh]$/)
    expect(['critical', 'warning', 'info']).toContain(rule.labels['severity'])
    expect(rule.annotations['summary']).toMatch(/\.$/)
    expect(rule.annotations['description']).toContain('Next: ')
  })

  it.each(alerts)('$alert reads only what the controller serves', ({ expr }) => {
    const expression = parseExpression(expr)
    expect(expression.metrics).not.toEqual([])
    expect(unknownIn(metrics, expression)).toEqual([])
  })
})
