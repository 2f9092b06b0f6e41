import { canonicalJson } from '../../api/hash.ts'
import { isRecord } from '../../api/json.ts'

export const hashLabel = 'pod-template-hash'

/** No vowels and no digits that look like one, so that no word comes about. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Upstream's shape: FNV-1a in decimal, each digit's code shown in the safe alphabet. `collisions` tells apart what would be the same. */
export function safeHash(text: string, collisions: number | undefined): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(collisions === undefined ? text : `${text}${collisions}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return Array.from(String(hash >>> 0), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('')
}

/** Names the content of pod templates: the same text for templates that differ in nothing but the hash label. */
export type TemplateKeys = (template: unknown) => string

/** Remembers what it has worked out for as long as the template is in use: templates are shared and never change. */
export function createTemplateKeys(): TemplateKeys {
  const known = new WeakMap<object, string>()
  return (template) => {
    if (!isRecord(template)) return ''
    const found = known.get(template)
    if (found !== undefined) return found
    const key = canonicalJson(withoutHash(template))
    known.set(template, key)
    return key
  }
}

function withoutHash(template: Readonly<Record<string, unknown>>): unknown {
  const { metadata } = template
  if (!isRecord(metadata) || !isRecord(metadata['labels'])) return template
  const { [hashLabel]: _hash, ...labels } = metadata['labels']
  return { ...template, metadata: { ...metadata, labels } }
}
