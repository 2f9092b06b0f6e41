import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { candidates } from '../../cli/complete.ts'
import { exitCodeMeanings } from '../../cli/exit-codes.ts'
import { createProgram, run } from '../../cli/program.ts'
import { contextOf, recorded } from './builders.ts'

const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
const program = createProgram(contextOf(recorded()))
const commands = program.commands.filter((command) => !command.name().startsWith('__'))

async function say(...args: readonly string[]) {
  const terminal = recorded()
  const exitCode = await run(args, contextOf(terminal))
  return { exitCode, out: terminal.lines.join('\n'), err: terminal.errors.join('\n') }
}

describe('every command', () => {
  it.each(commands.map((command) => command.name()))('%s has help, and its place in docs/cli.md', async (name) => {
    const { exitCode, out } = await say(name, '--help')
    expect(exitCode).toBe(0)
    expect(out).toContain('Usage: ')
    expect(docs).toContain(`sluice ${name}`)
  })
  it('that talks to a cluster takes the flags of kubectl', () => {
    const apart = ['completion', 'version']
    const missing = commands
      .flatMap((command) => (command.commands.length === 0 ? [command] : command.commands))
      .filter((command) => !apart.includes(command.name()))
      .filter((command) => {
        const flags = command.options.map((option) => option.long)
        return !['--kubeconfig', '--context', '--namespace'].every((flag) => flags.includes(flag))
      })
    expect(missing.map((command) => command.name())).toEqual([])
  })
})

const prometheus = ['--prometheus', 'http://prometheus:9090']

describe('exit codes', () => {
  it.each(exitCodeMeanings)('%i is in docs/cli.md and in the help', async (code, meaning) => {
    expect(docs).toMatch(new RegExp(`\\| ${code} +\\|`))
    expect((await say('--help')).out).toContain(meaning)
  })
  it.each([
    ['an unknown command', ['bogus']],
    ['a missing name', ['approve']],
    ['an unknown flag', ['status', '--bogus']],
    ['a bypass without a reason', ['bypass', 'web']],
    ['a duration that is none', ['status', 'web', '--timeout', 'soon']],
    ['a kubeconfig that is not there', ['status', '--kubeconfig', '/does/not/exist']],
    ['-o without --dry-run', ['install', '-o', 'yaml']],
    ['an analysis to try without a Rollout', ['analysis', 'try', 'kubernetes']],
    ['an address that is none', ['analysis', 'try', 'kubernetes', '--rollout', 'web', '--prometheus', 'there']],
    ['a password in an address', ['controller', '--prometheus', 'http://ann:pw@prometheus:9090']],
    ['a header without a value', ['controller', ...prometheus, '--prometheus-header', 'X-Scope-OrgID']],
    [
      'a header that is not ours to set',
      ['controller', ...prometheus, '--prometheus-header', 'Authorization=Bearer x'],
    ],
    ['a header twice', ['install', ...prometheus, '--prometheus-header', 'X-A=1', '--prometheus-header', 'x-a=2']],
    ['a header for nobody', ['controller', '--prometheus-header', 'X-Scope-OrgID=shop']],
    ['credentials of no type', ['controller', ...prometheus, '--prometheus-auth', 'mimir']],
    ['credentials of an unknown type', ['install', ...prometheus, '--prometheus-auth', 'digest:mimir']],
    ['credentials for nobody', ['install', '--image', 'x', '--dry-run', '--prometheus-auth', 'bearer:mimir']],
    ['an address to allow that is none', ['controller', '--allow-metrics-address', 'http://prometheus']],
    ['such an address to install', ['install', '--image', 'x', '--dry-run', '--allow-metrics-address', '*']],
    ['settings of a controller without an image', ['install', '--dry-run', ...prometheus]],
  ])('%s is 2', async (_what, args) => {
    const { exitCode, err } = await say(...args)
    expect(exitCode).toBe(2)
    expect(err).toContain('error: ')
    expect(err).not.toContain('    at ')
  })
})

describe('install --dry-run', () => {
  it('prints every manifest and needs no cluster', async () => {
    const { out } = await say('install', '--dry-run', '-o', 'yaml', '--image', 'registry/sluice:1')
    for (const kind of ['CustomResourceDefinition', 'MutatingAdmissionPolicy', 'Deployment'])
      expect(out).toContain(`kind: ${kind}`)
  })
  it('hands to the controller how it asks its Prometheus', async () => {
    const flags = ['--prometheus-header', 'X-Scope-OrgID=a=$(b)', '--prometheus-header', 'X-Zone=eu']
    const more = ['--prometheus-auth', 'bearer:mimir', '--allow-metrics-address', '*.shop:9090']
    const { out } = await say('install', '--dry-run', '-o', 'json', '--image', 'x', ...prometheus, ...flags, ...more)
    for (const arg of [
      '--prometheus=http://prometheus:9090',
      '--prometheus-header=X-Scope-OrgID=a=$$(b)',
      '--prometheus-header=X-Zone=eu',
      '--prometheus-auth=bearer:mimir',
      '--allow-metrics-address=*.shop:9090',
    ])
      expect(out).toContain(JSON.stringify(arg))
  })
})

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    expect((await say('completion', shell)).out).toContain('sluice __complete')
  })
  it('knows commands, flags, choices, and when a Rollout is meant', () => {
    expect(candidates(program, ['appr'])).toMatchObject({ kind: 'words', words: expect.arrayContaining(['approve']) })
    expect(candidates(program, ['status', '--wa'])).toMatchObject({
      words: expect.arrayContaining(['--watch', '--wait']),
    })
    expect(candidates(program, ['status', '-o', ''])).toEqual({ kind: 'words', words: ['json', 'yaml', 'wide'] })
    expect(candidates(program, ['approve', '-n', 'shop', 'w'])).toEqual({
      kind: 'rollouts',
      flags: { namespace: 'shop' },
    })
    expect(candidates(program, ['approve', 'web', ''])).toEqual({ kind: 'words', words: [] })
  })
  it('knows what stands below a command, and when an analysis is meant', () => {
    expect(candidates(program, ['analysis', ''])).toEqual({ kind: 'words', words: ['list', 'try'] })
    expect(candidates(program, ['analysis', 'try', 'ngi'])).toEqual({ kind: 'analyses', flags: {} })
    expect(candidates(program, ['analysis', 'try', 'x', '--kind', ''])).toMatchObject({
      words: ['Analysis', 'ClusterAnalysis', 'BuiltIn'],
    })
    expect(candidates(program, ['analysis', 'try', 'x', '-n', 'shop', '--rollout', 'w'])).toEqual({
      kind: 'rollouts',
      flags: { namespace: 'shop' },
    })
  })
  it('says nothing, rather than an error, when there is no cluster', async () => {
    expect(await say('__complete', '--', 'status', '--kubeconfig', '/does/not/exist', '')).toEqual({
      exitCode: 0,
      out: '',
      err: '',
    })
  })
})
