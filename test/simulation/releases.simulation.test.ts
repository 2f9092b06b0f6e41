import { expect, it } from 'vitest'
import { transitions } from '../../rollout-controller/planner/transitions.ts'
import { playMany } from './crew.ts'
import { type Summary, summaryText } from './summary.ts'

/** `RELEASES=n` for another number; the stories are the same every time, from the first seed on. */
const releases = Number(process.env['RELEASES'] ?? 20_000)

it('no promise is broken in thousands of releases, whatever goes wrong, and every transition is taken', async () => {
  const startedMs = performance.now()
  const seconds = () => (performance.now() - startedMs) / 1000
  let saidAtS = 0
  const onProgress = (soFar: Summary): boolean => {
    if (seconds() - saidAtS > 30) {
      saidAtS = seconds()
      console.log(`${soFar.releases} of ${releases} releases, ${soFar.failed} broke a promise`)
    }
    return soFar.releases >= releases
  }
  const summary = await playMany({ runs: releases, onProgress })
  console.log(summaryText(summary, seconds(), Object.keys(transitions)))
  expect(summary.failures).toEqual([])
  expect(summary.releases).toBeGreaterThanOrEqual(releases)
  const missing = Object.keys(transitions).filter((name) => summary.transitions[name] === undefined)
  expect(missing).toEqual([])
})
