import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { fromProtobuf } from '../../../sandbox/rest/protobuf.ts'
import { createBed } from './bed.ts'

type Part = readonly [field: number, value: string | number | readonly Part[]]

/** A message of texts, numbers and messages. */
function message(parts: readonly Part[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const [field, value] of parts) {
    if (typeof value === 'number') writer.tag(field, WireType.Varint).int64(value)
    else {
      writer.tag(field, WireType.LengthDelimited)
      if (typeof value === 'string') writer.string(value)
      else writer.bytes(message(value))
    }
  }
  return writer.finish()
}

const envelope = (kind: string, parts: readonly Part[]) => {
  const raw = message(parts)
  const head = message([
    [
      1,
      [
        [1, 'v1'],
        [2, kind],
      ],
    ],
  ])
  const body = new BinaryWriter().tag(2, WireType.LengthDelimited).bytes(raw).finish()
  return Buffer.concat([Buffer.from('k8s\0'), head, body])
}

describe('protobuf', () => {
  it('is read as the JSON that it stands for', () => {
    const body = envelope('Secret', [
      [
        1,
        [
          [1, 'a'],
          [2, ''],
          [
            8,
            [
              [1, 1_767_225_600],
              [2, 0],
            ],
          ],
          [
            11,
            [
              [1, 'tier'],
              [2, 'web'],
            ],
          ],
          [
            11,
            [
              [1, 'empty'],
              [2, ''],
            ],
          ],
        ],
      ],
      [
        2,
        [
          [1, 'key'],
          [2, 'value'],
        ],
      ],
      [3, 'helm.sh/release.v1'],
      [5, 0],
    ])
    expect(fromProtobuf(body)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z', labels: { tier: 'web', empty: '' } },
      data: { key: 'dmFsdWU=' },
      type: 'helm.sh/release.v1',
      immutable: false,
    })
  })

  it('is refused where a part of it would be lost: a kind or a field that we do not know', () => {
    expect(() => fromProtobuf(envelope('Deployment', []))).toThrow('does not read Deployment as protobuf')
    expect(() => fromProtobuf(envelope('ConfigMap', [[9, 'new']]))).toThrow('does not read field 9')
  })

  it('may be what a request carries', async () => {
    const { ask } = await createBed()
    const body = envelope('ConfigMap', [[1, [[1, 'a']]]])
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' }
    const answer = await ask('POST', '/api/v1/namespaces/shop/configmaps', { body, headers })
    expect(answer.json()).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } })
  })
})
