import { readdir, readFile } from 'node:fs/promises'
import { relative } from 'node:path'

export type Project = 'fast' | 'simulation' | 'cluster' | 'e2e'

/** What vitest runs came to. */
export interface Count {
  readonly passed: number
  readonly failed: number
  /** What failed and why, a line each: said again at the very end, where nobody has to look for it. */
  readonly failures: readonly string[]
}

const allProjects: readonly Project[] = ['fast', 'simulation', 'cluster', 'e2e']

/** Those that need no more than Node. */
export const onNodeAlone: readonly Project[] = ['fast', 'simulation']

/** Words that name a project choose it; everything else is vitest's. */
export function parseArguments(args: readonly string[]): {
  readonly projects: readonly Project[]
  readonly vitestArgs: readonly string[]
} {
  const chosen = allProjects.filter((project) => args.includes(project))
  const vitestArgs = args.filter((arg) => !allProjects.some((project) => project === arg))
  return { projects: chosen.length > 0 ? chosen : allProjects, vitestArgs }
}

/** The same rule as in vitest.config.ts. */
export function projectOf(path: string): Project | undefined {
  if (!path.endsWith('.test.ts')) return undefined
  if (path.startsWith('e2e/')) return 'e2e'
  if (path.endsWith('.simulation.test.ts')) return 'simulation'
  return path.endsWith('.cluster.test.ts') ? 'cluster' : 'fast'
}

export async function projectsWithFiles(projects: readonly Project[], testFolder: string): Promise<Project[]> {
  const files = await readdir(testFolder, { recursive: true })
  const present = new Set(files.map(projectOf))
  return projects.filter((project) => present.has(project))
}

/** What of vitest's JSON report is read. */
interface Report {
  readonly numPassedTests?: number
  readonly numFailedTests?: number
  readonly testResults?: readonly FileReport[]
}

interface FileReport {
  readonly name?: string
  readonly status?: string
  readonly message?: string
  readonly assertionResults?: readonly TestReport[]
}

interface TestReport {
  readonly status?: string
  readonly fullName?: string
  readonly failureMessages?: readonly string[]
}

/** Counts one run by its JSON report. A run that failed with no failed test (it did not even load) counts as one. */
export async function countOf(reportFile: string, exitCode: number): Promise<Count> {
  const text = await readFile(reportFile, 'utf8').catch(() => '{}')
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = JSON.parse(text) as Report
  const failed = exitCode === 0 ? numFailedTests : Math.max(1, numFailedTests)
  return { passed: numPassedTests, failed, failures: testResults.flatMap(failuresOf) }
}

function failuresOf({ name = '', status, message = '', assertionResults = [] }: FileReport): readonly string[] {
  const failed = assertionResults.filter((test) => test.status === 'failed')
  const file = relative('.', name)
  if (failed.length === 0) return status === 'failed' ? [`${file}: ${firstLines(message)}`] : []
  return failed.map(
    ({ fullName, failureMessages }) => `${file} > ${fullName}: ${firstLines(failureMessages?.[0] ?? '')}`,
  )
}

const firstLines = (text: string): string => text.split('\n').slice(0, 6).join('\n      ').slice(0, 1_000)

export function addUp(counts: readonly Count[]): Count {
  const sum = (pick: (count: Count) => number) => counts.reduce((total, count) => total + pick(count), 0)
  return {
    passed: sum((count) => count.passed),
    failed: sum((count) => count.failed),
    failures: counts.flatMap(({ failures }) => failures),
  }
}
