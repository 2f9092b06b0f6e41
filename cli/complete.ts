import type { Command, Option } from 'commander'
import type { ClusterFlags } from './session.ts'

export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Names of objects, as the cluster has them. */
  | { readonly kind: 'rollouts' | 'analyses'; readonly flags: ClusterFlags }

/** What may stand where the last of `words` is being typed. */
export function candidates(program: Command, words: readonly string[]): Candidates {
  const [name, ...rest] = words
  if (rest.length === 0) return { kind: 'words', words: visible(program).map((command) => command.name()) }
  const command = visible(program).find((one) => one.name() === name)
  if (command === undefined) return { kind: 'words', words: [] }
  if (command.commands.length > 0) return candidates(command, rest)
  const typed = rest.at(-1) ?? ''
  const before = optionNamed(command, rest.at(-2))
  if (before?.long === '--rollout') return { kind: 'rollouts', flags: flagsIn(command, rest) }
  if (before !== undefined && takesValue(before)) return { kind: 'words', words: before.argChoices ?? [] }
  if (typed.startsWith('-')) return { kind: 'words', words: command.options.flatMap((option) => option.long ?? []) }
  return argumentOf(command, rest)
}

const visible = (program: Command): readonly Command[] =>
  program.commands.filter((command) => !command.name().startsWith('__'))

/** A Rollout's name for commands that take one, once; else the choices of the argument. */
function argumentOf(command: Command, words: readonly string[]): Candidates {
  const given = positionals(command, words.slice(0, -1)).length
  const argument = command.registeredArguments[given]
  if (argument?.name() === 'name') return { kind: 'rollouts', flags: flagsIn(command, words) }
  if (argument?.name() === 'analysis') return { kind: 'analyses', flags: flagsIn(command, words) }
  return { kind: 'words', words: argument?.argChoices ?? [] }
}

function positionals(command: Command, words: readonly string[]): readonly string[] {
  return words.filter((word, at) => {
    const before = optionNamed(command, words[at - 1])
    return !word.startsWith('-') && !(before !== undefined && takesValue(before))
  })
}

function flagsIn(command: Command, words: readonly string[]): ClusterFlags {
  const value = (flag: string) => words.find((_, at) => optionNamed(command, words[at - 1])?.long === flag)
  const flags = { kubeconfig: value('--kubeconfig'), context: value('--context'), namespace: value('--namespace') }
  return Object.fromEntries(Object.entries(flags).filter(([, found]) => found !== undefined))
}

const optionNamed = (command: Command, word: string | undefined): Option | undefined =>
  command.options.find((option) => word !== undefined && (option.long === word || option.short === word))

const takesValue = (option: Option): boolean => option.required || option.optional
