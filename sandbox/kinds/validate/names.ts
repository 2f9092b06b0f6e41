import { type Check, invalidValue, required, when } from './cause.ts'

/** Text of a pattern and at most so long; the rest are the API's words for what is not. Other types are left to others. */
function format(pattern: string, most: number, rule: string, examples: string, unit = 'characters'): Check {
  const matcher = new RegExp(`^(?:${pattern})$`)
  const misfit = `${rule} (e.g. ${examples}, regex used for validation is '${pattern}')`
  return (value, at) => {
    if (typeof value !== 'string') return []
    return [
      ...when(value.length > most, () => invalidValue(at, value, `must be no more than ${most} ${unit}`)),
      ...when(!matcher.test(value), () => invalidValue(at, value, misfit)),
    ]
  }
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const ends = 'and must start and end with an alphanumeric character'
const subdomainRule = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', ${ends}`
const labelRule = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ${ends}`
const wildcardRule =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
const partRule = `part must consist of alphanumeric characters, '-', '_' or '.', ${ends}`
const valueRule = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', ${ends}`
const keyRule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"

/** The name of most kinds: `shop.example`. */
export const isSubdomain = format(subdomain, 253, subdomainRule, "'example.com'")
export const isLabel = format(label, 63, labelRule, "'my-name',  or '123-abc'")
export const isWildcard = format(`\\*\\.${subdomain}`, 253, wildcardRule, "'*.example.com'")
export const isLabelValue = format(`(${qualified})?`, 63, valueRule, "'MyValue',  or 'my_value',  or '12345'", 'bytes')
export const isConfigKey = format('[-._a-zA-Z0-9]+', 253, keyRule, "'key.name',  or 'KEY_NAME',  or 'key-name'")
const isNamePart = format(qualified, 63, `name ${partRule}`, "'MyName',  or 'my.name',  or '123-abc'")
const isPrefixPart = format(subdomain, 253, `prefix part ${subdomainRule}`, "'example.com'")

/** `app`, `example.com/app`: keys of labels and annotations. */
export const isQualified: Check = (value, at) => {
  if (typeof value !== 'string') return []
  const [name = '', prefix, ...more] = value.split('/').toReversed()
  if (more.length > 0) return [invalidValue(at, value, 'a qualified name must have at most one prefix')]
  // what is said is about a part, but names the whole
  return [...isPrefixPart(prefix, at), ...isNamePart(name, at)].map(({ field, message }) => ({
    field,
    message: message.replace(/^Invalid value: "[^"]*"/, `Invalid value: ${JSON.stringify(value)}`),
  }))
}

/** Names that are part of a path and nothing more: those of roles. */
export const isPathSegment: Check = (value, at) => {
  if (value === '.' || value === '..') return [invalidValue(at, value, `may not be '${value}'`)]
  const found = ['/', '%'].filter((char) => typeof value === 'string' && value.includes(char))
  return found.map((char) => invalidValue(at, value, `may not contain '${char}'`))
}

/** The name of a namespace: a label, with words of its own for dots. */
export const isLabelName: Check = (value, at) =>
  typeof value === 'string' && value.includes('.')
    ? [invalidValue(at, value, 'must not contain dots')]
    : isLabel(value, at)

/** A port's name: `http`. */
export const isPortName: Check = (value, at) => {
  if (typeof value !== 'string') return []
  const wrong = [
    ...(value.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]*$/.test(value) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(value) ? [] : ['must contain at least one letter (a-z)']),
    ...(/^-|-$/.test(value) ? ['must not begin or end with a hyphen'] : []),
  ]
  return wrong.map((detail) => invalidValue(at, value, detail))
}

export const isIPv4 = (value: string): boolean =>
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/.test(value)

export const isAddress: Check = (value, at) =>
  when(typeof value === 'string' && !isIPv4(value), () =>
    invalidValue(at, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  )

export const nameIsMissing = required('metadata.name', 'name or generateName is required')
