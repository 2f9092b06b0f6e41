import { BinaryReader } from '@bufbuild/protobuf/wire'
import { isRecord, type JsonObject } from '../../api/json.ts'
import { timeText } from '../server/context.ts'
import { Refusal } from '../server/refusal.ts'

/** The fields of a message, by number: where each goes in the JSON object, given what is there already. */
export type Fields = Readonly<Record<number, Field>>

export interface Field {
  readonly key: string
  readonly read: (reader: BinaryReader, before: unknown) => unknown
}

type Read = (reader: BinaryReader) => unknown

export const text: Read = (reader) => reader.string()
export const flag: Read = (reader) => reader.bool()
export const count: Read = (reader) => Number(reader.int64())
/** Base64, as JSON has them. */
export const bytes: Read = (reader) => Buffer.from(reader.bytes()).toString('base64')

export const message =
  (fields: Fields): Read =>
  (reader) =>
    readMessage(fields, reader.bytes())

/** A moment; undefined where Go writes its zero. */
export const time: Read = (reader) => {
  const { seconds } = readMessage({ 1: one('seconds', count), 2: one('nanos', count) }, reader.bytes())
  return typeof seconds === 'number' ? timeText(seconds * 1000) : undefined
}

export const one = (key: string, read: Read = text): Field => ({ key, read })

export const list = (key: string, read: Read = text): Field => ({
  key,
  read: (reader, before) => [...(Array.isArray(before) ? before : []), read(reader)],
})

export const map = (key: string, read: Read = text): Field => ({
  key,
  read: (reader, before) => {
    const entry = readMessage({ 1: one('key'), 2: one('value', read) }, reader.bytes())
    const { key: name = '', value = '' } = entry
    return { ...(isRecord(before) ? before : {}), [String(name)]: value }
  },
})

/** Texts that are empty are left out, since Go writes them for what is absent. A field that we do not know is refused: 415. */
export function readMessage(fields: Fields, body: Uint8Array): JsonObject {
  const reader = new BinaryReader(body)
  const object: Record<string, unknown> = {}
  while (reader.pos < reader.len) {
    const [number] = reader.tag()
    const field = fields[number]
    if (field === undefined) throw unreadable(`field ${number} beside ${Object.keys(object).join(', ')}`)
    const value = field.read(reader, object[field.key])
    if (value !== '' && value !== undefined) object[field.key] = value
  }
  return object
}

export const unreadable = (what: string): Refusal =>
  new Refusal(415, 'UnsupportedMediaType', `the embedded cluster does not read ${what} as protobuf; send it as JSON`)
