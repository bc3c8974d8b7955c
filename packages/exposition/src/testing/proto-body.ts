// Protobuf bodies for tests, written field by field.

import { ByteWriter, ProtoWriter } from '@pharos/base'

/** Delimited messages, one for each `fill`. */
export function delimited(...families: readonly ((family: ProtoWriter) => void)[]): Uint8Array {
  const body = new ByteWriter()
  for (const fill of families) {
    const family = new ProtoWriter()
    fill(family)
    const bytes = family.bytes()
    body.varint(bytes.length)
    body.raw(bytes)
  }
  return body.bytes()
}

export function label(metric: ProtoWriter, name: string, value: string): void {
  metric.message(1, () => {
    metric.text(1, name)
    metric.text(2, value)
  })
}

/** A native histogram `request_seconds{code="200"}` with a classic bucket, an exemplar and a start. */
export function nativeFamily(family: ProtoWriter): void {
  family.text(1, 'request_seconds')
  family.text(2, 'Time of requests.')
  family.uint64(3, 4)
  family.message(4, () => {
    label(family, 'code', '200')
    family.message(7, () => {
      family.uint64(1, 6)
      family.double(2, 12.5)
      family.message(3, () => {
        family.uint64(1, 4)
        family.double(2, 1)
      })
      family.sint64(5, 3)
      family.double(6, 0.001)
      family.uint64(7, 1)
      family.message(12, () => {
        family.sint64(1, -2)
        family.uint64(2, 2)
      })
      family.message(12, () => {
        family.sint64(1, 3)
        family.uint64(2, 1)
      })
      family.packedSint64(13, [1, 2, -2])
      family.message(15, () => family.uint64(1, 100))
      family.message(16, () => {
        label(family, 'trace_id', 'abc')
        family.double(2, 0.5)
        family.message(3, () => {
          family.uint64(1, 200)
          family.uint64(2, 5_000_000)
        })
      })
    })
  })
}
