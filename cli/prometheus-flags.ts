import { type Command, InvalidArgumentError } from 'commander'
import type { Auth, DefaultPrometheus, Header } from '../api/analysis.ts'
import { addressPattern, maxHeaders } from '../api/limits.ts'
import { type ReadText, readAuthText, readHeaderText } from '../api/prometheus-args.ts'
import { CliError } from './errors.ts'
import { exitCodes } from './exit-codes.ts'

/** Where a Prometheus is, and how it is asked. */
export interface PrometheusFlags {
  readonly prometheus?: string
  readonly prometheusHeader?: readonly Header[]
  readonly prometheusAuth?: Auth
}

/** `where`: what is asked there, for the help. */
export function withPrometheusFlags(command: Command, where: string): Command {
  return command
    .option('--prometheus <url>', where, urlArgument)
    .option('--prometheus-header <name=value>', 'sent to it, such as X-Scope-OrgID=shop (again for more)', another)
    .option(
      '--prometheus-auth <type:secret>',
      'basic, bearer or tls, and the Secret in sluice-system that has the keys',
      (text: string) => accepted(readAuthText(text)),
    )
}

/** Undefined where no Prometheus is named. Throws a CliError for how to ask one that is not named. */
export function prometheusIn({ prometheus, prometheusHeader = [], prometheusAuth }: PrometheusFlags) {
  if (prometheus !== undefined) return storeOf(prometheus, prometheusHeader, prometheusAuth)
  if (prometheusHeader.length === 0 && prometheusAuth === undefined) return undefined
  throw new CliError(
    exitCodes.usage,
    '--prometheus-header and --prometheus-auth say how to ask what --prometheus names',
  )
}

function storeOf(address: string, headers: readonly Header[], auth: Auth | undefined): DefaultPrometheus {
  return { address, headers, ...(auth === undefined ? {} : { auth }) }
}

/** The address of a server that is asked by HTTP. */
function urlArgument(text: string): string {
  if (new RegExp(addressPattern).test(text) && URL.canParse(text)) return text
  throw new InvalidArgumentError(
    'an address is a URL such as http://prometheus.monitoring:9090, without a user name or password',
  )
}

function another(text: string, before: readonly Header[] = []): readonly Header[] {
  const header = accepted(readHeaderText(text))
  if (before.some(({ name }) => name.toLowerCase() === header.name.toLowerCase()))
    throw new InvalidArgumentError(`the header ${header.name} is there already`)
  if (before.length === maxHeaders) throw new InvalidArgumentError(`there may be at most ${maxHeaders} headers`)
  return [...before, header]
}

function accepted<T>(read: ReadText<T>): T {
  if (read.kind === 'ok') return read.value
  throw new InvalidArgumentError(read.why)
}
