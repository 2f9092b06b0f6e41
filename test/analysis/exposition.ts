import { readFileSync } from 'node:fs'

/** One series as a store holds it. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a family of gateways exposes, with the labels that the scraper adds. */
export const sampleText = (file: string): string =>
  readFileSync(new URL(`built-in-samples/${file}.prom`, import.meta.url), 'utf8')

/** Of the text format: `name{label="value",…} number`, comments left out. No value here has a quote or a comma in it. */
export function seriesIn(text: string): readonly Series[] {
  return text.split('\n').flatMap((line) => {
    const found = /^(\w+)\{(.*)\} (\S+)$/.exec(line)
    if (found === null) return []
    const [, name = '', labels = '', value = ''] = found
    return [{ name, labels: labelsIn(labels), value: Number(value) }]
  })
}

function labelsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}
