// Pushes in protobuf and in Snappy for two gateways. Debian's 1.5 knows no Snappy and reads the packed bytes as text.
import { crc32c, type ProtoWriter, snappyEncode } from '@pharos/base'
import { delimited, label, nativeFamily } from '@pharos/exposition/testing'
import type { PushCase } from './pushes.ts'

const PROTOBUF = {
  'Content-Type':
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
}

type Fill = (family: ProtoWriter) => void

/** One metric; `field` is where its type has its value. */
function plain(name: string, type: number, field: number, value: number, help?: string): Fill {
  return (family) => {
    family.text(1, name)
    if (help !== undefined) family.text(2, help)
    family.uint64(3, type)
    family.message(4, () => {
      label(family, 'zone', 'z"1')
      family.message(field, () => family.double(1, value))
    })
  }
}

const summary: Fill = (family) => {
  family.text(1, 'pb_summary')
  family.uint64(3, 2)
  family.message(4, () =>
    family.message(4, () => {
      family.uint64(1, 40)
      family.double(2, 12)
      family.message(3, () => {
        family.double(1, 0.99)
        family.double(2, NaN)
      })
    }),
  )
}

const timed: Fill = (family) => {
  family.text(1, 'pb_time')
  family.message(4, () => {
    family.message(3, () => family.double(1, 1))
    family.int64(6, 1_700_000_000_000)
  })
}

const counter = plain('pb_total', 0, 3, 5, 'A counter.')

function protobuf(what: string, job: string, body: Uint8Array | string, method = 'PUT'): PushCase {
  return { what, method, path: `/metrics/job/${job}`, body: Buffer.from(body), headers: PROTOBUF }
}

/** One chunk of Snappy's framing format. */
function framed(text: string): Buffer {
  const bytes = Buffer.from(text)
  const block = snappyEncode(bytes)
  const crc = crc32c(bytes)
  const head = Buffer.alloc(8)
  head.writeUInt32LE((block.length + 4) << 8, 0)
  head.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, 4)
  return Buffer.concat([Buffer.of(0xff, 6, 0, 0), Buffer.from('sNaPpY'), head, block])
}

export const PACKED_PUSHES: readonly PushCase[] = [
  protobuf(
    'protobuf of every type',
    'pb',
    delimited(
      counter,
      plain('pb_gauge', 1, 2, -2.5, ''),
      plain('pb_untyped', 3, 5, Infinity),
      summary,
      nativeFamily,
    ),
  ),
  protobuf(
    'a family twice in protobuf',
    'pb',
    delimited(counter, plain('pb_total', 0, 3, 6)),
    'POST',
  ),
  protobuf('no family in protobuf', 'pb0', ''),
  protobuf('protobuf with a timestamp', 'pb', delimited(timed)),
  protobuf('protobuf that is cut', 'pb', delimited(counter).subarray(0, -1)),
  protobuf('text that is called protobuf', 'pb', 'x 1\n'),
  protobuf('the type of another group in protobuf', 'pb2', delimited(plain('pb_total', 1, 2, 1))),
  {
    ...protobuf('quoted parameters', 'pb3', delimited(plain('pb_quoted', 1, 2, 1))),
    headers: {
      'Content-Type':
        'Application/vnd.google.protobuf ;encoding="delimited";proto="io.prometheus.client.MetricFamily"',
    },
  },
  {
    ...protobuf('protobuf of another encoding is text', 'pb4', 'pb_text 1\n'),
    headers: {
      'Content-Type':
        'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text',
    },
  },
]

/** What ours answers to Snappy. */
export const SNAPPY_PUSHES: readonly (PushCase & { readonly status: number })[] = [
  { what: 'framed', body: framed('snap 1\n'), status: 200 },
  { what: 'a bare block', body: Buffer.from(snappyEncode(Buffer.from('snap 2\n'))), status: 200 },
  { what: 'none', body: Buffer.from('snap 3\n'), status: 400 },
  { what: 'cut', body: framed('snap 4\n').subarray(0, -1), status: 400 },
].map((one) => ({
  ...one,
  method: 'PUT',
  path: '/metrics/job/snap',
  headers: { 'Content-Encoding': 'snappy' },
}))
