/** Of what Kubernetes makes names of: k8s.io/apimachinery/pkg/util/rand. */
const letter = '[b-df-hj-np-tv-xz24-9]'
const suffix = `${letter}{5}`
const longestHash = 10
/** A name is cut to this before the suffix: k8s.io/apiserver/pkg/storage/names. */
const longestHead = 58

/** A workload with a longer name and its copy have pods whose names cannot be told apart. */
export const longestToldApart = 55

/**
 * A regular expression (RE2, not anchored) that matches the names of the pods of a Deployment and no others:
 * `<name>-<hash>-<5 letters>`, where `<name>-<hash>-` is cut to 58 characters.
 */
export function podNamesOf(deployment: string): string {
  const head = `${deployment}-`
  if (head.length >= longestHead) return `${literal(head.slice(0, longestHead))}${suffix}`
  const room = longestHead - head.length
  if (room > longestHash) return `${literal(head)}${letter}{1,${longestHash}}-${suffix}`
  const cut = `${letter}{${room}}`
  return `${literal(head)}${room === 1 ? cut : `(${letter}{1,${room - 1}}-|${cut})`}${suffix}`
}

/** Of all that a name may have in it only the dot means something else. */
const literal = (name: string): string => name.replaceAll('.', '[.]')
