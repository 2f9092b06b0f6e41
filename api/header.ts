/** Who is asked, and how a message is framed, is not the user's to say: both would undo the policy on addresses. */
const framing = [
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
]
const credentials = ['authorization', 'proxy-authorization', 'cookie']

/** The headers that nobody may set for a question to a metric store, in lower case. */
export const refusedHeaders: readonly string[] = [...framing, ...credentials]

/** Why a header may not be set, in words that follow its name; undefined where it may. */
export function refusalOfHeader(name: string): string | undefined {
  const lower = name.toLowerCase()
  if (framing.includes(lower)) return 'cannot be set'
  if (credentials.includes(lower)) return 'cannot be set: credentials belong in a Secret, named by auth'
  return undefined
}
