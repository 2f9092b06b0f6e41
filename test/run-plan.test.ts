import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addUp, countOf, parseArguments, projectOf } from './run-plan.ts'

describe('npm test', () => {
  it('runs every project unless one is named, and hands the rest to vitest', () => {
    expect(parseArguments([])).toEqual({ projects: ['fast', 'simulation', 'cluster', 'e2e'], vitestArgs: [] })
    expect(parseArguments(['fast', '-t', 'a title'])).toEqual({ projects: ['fast'], vitestArgs: ['-t', 'a title'] })
  })

  it.each([
    ['api/parse.test.ts', 'fast'],
    ['cluster/cluster.cluster.test.ts', 'cluster'],
    ['simulation/releases.simulation.test.ts', 'simulation'],
    ['e2e/shop.test.ts', 'e2e'],
    ['cluster/cluster.ts', undefined],
  ])('takes %s for %s', (path, project) => {
    expect(projectOf(path)).toBe(project)
  })

  it('counts a run that never got as far as a report as one failure', async () => {
    expect(await countOf('/nonexistent', 1)).toEqual({ passed: 0, failed: 1, failures: [] })
  })

  it('adds up what the reports say', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-report-'))
    const report = join(folder, 'fast.json')
    const broken = { status: 'failed', fullName: 'a shop opens', failureMessages: ['Error: it is shut'] }
    const testResults = [{ name: 'test/shop.test.ts', status: 'failed', assertionResults: [broken] }]
    await writeFile(report, JSON.stringify({ numPassedTests: 7, numFailedTests: 1, testResults }))
    const count = await countOf(report, 1)
    const failures = ['test/shop.test.ts > a shop opens: Error: it is shut']
    expect(addUp([count, { passed: 1, failed: 0, failures: [] }])).toEqual({ passed: 8, failed: 1, failures })
    await rm(folder, { recursive: true })
  })
})
