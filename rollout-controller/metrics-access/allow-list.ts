/** Tells whether an address may be asked by whoever may only write in a namespace. */
export type AllowList = (url: URL) => boolean

const entryPattern = /^(?<wild>\*\.)?(?<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?$/

/**
 * Entries are `host`, `host:port` or `*.domain` (of which the domain itself is none); without a port all are meant.
 * Throws, naming the entry, where one is none of these: it would allow nothing, or too much, in silence.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const rules = entries.map(ruleOf)
  return (url) => rules.some((rule) => rule(url))
}

function ruleOf(entry: string): AllowList {
  const { wild, host, port } = entryPattern.exec(entry.toLowerCase())?.groups ?? {}
  if (host === undefined || (wild !== undefined && host.startsWith('['))) {
    throw new Error(`allowed metrics address "${entry}": it is neither host, host:port nor *.domain`)
  }
  return (url) => {
    const name = url.hostname.replace(/\.$/, '')
    const isHost = wild === undefined ? name === host : name.endsWith(`.${host}`)
    return isHost && (port === undefined || Number(port) === portOf(url))
  }
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}
