import { ByteReader, runTask } from '@pharos/base'
import { createKernel } from '@pharos/kernel'
import { ABSENT, NORMAL_NAN, STALE } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KEYFRAME_ROWS } from '../limits.ts'
import { RecordBuffer } from './record-buffer.ts'
import { RECORD_HEADER_BYTES, scanRecords } from './record-framing.ts'
import { emptyKeyframe, type Keyframe, RowCodec, RowFlag } from './row-record.ts'

const codec = new RowCodec(createKernel())

const VALUES = [
  0,
  -0,
  1,
  -1,
  ABSENT,
  STALE,
  NORMAL_NAN,
  Infinity,
  -Infinity,
  0.1,
  1 / 3,
  2 ** 31,
  -(2 ** 31),
  2 ** 50,
  2 ** 50 - 1,
  -(2 ** 50) + 1,
  2 ** 53,
  5e-324,
  Number.MAX_VALUE,
]

interface Read {
  readonly tMs: number
  readonly bits: BigUint64Array
}

/** Reads rows back; rows of `lost` records are left out before reading. */
function readRows(bytes: Uint8Array, widths: readonly number[], lost: ReadonlySet<number>): Read[] {
  const rows: Read[] = []
  let keyframe: Keyframe | undefined
  let i = -1
  const scan = scanRecords(bytes, 0, {
    record(_type, from, to) {
      i++
      if (lost.has(i)) return
      const body = bytes.subarray(from, to)
      const reader = new ByteReader(body)
      expect([reader.varint(), reader.varint()]).toEqual([3, 4])
      const flags = reader.varint()
      const number = reader.varint()
      const dt = reader.zigzag()
      const isKeyframe = (flags & RowFlag.isDifference) === 0
      if (isKeyframe) keyframe = { ...emptyKeyframe(), number, tMs: dt }
      else if (keyframe === undefined || keyframe.number !== number) return
      const n = widths[i]!
      const row = new Float64Array(n)
      const end = codec.read(body, reader.offset, body.length, n, keyframe, row)
      expect(end).toBe(body.length)
      if (isKeyframe) keyframe.values = row.slice()
      rows.push({
        tMs: isKeyframe ? dt : keyframe.tMs + dt,
        bits: new BigUint64Array(row.buffer),
      })
    },
    damaged() {},
  })
  runTask(scan)
  return rows
}

const rowsOf = fc.array(
  fc.array(fc.oneof(fc.constantFrom(...VALUES), fc.double(), fc.integer()), { minLength: 5 }),
  { minLength: 1, maxLength: 80 },
)

test('rows come back bit for bit, and a lost one takes only those of its keyframe with it', () => {
  fc.assert(
    fc.property(rowsOf, fc.nat(79), (rows, lostRow) => {
      const out = new RecordBuffer(16)
      const keyframe = emptyKeyframe()
      const widths: number[] = []
      const wanted: Read[] = []
      let n = 0
      rows.forEach((values, i) => {
        n = Math.max(n, values.length)
        const row = Float64Array.from({ length: n }, (_, c) => values[c] ?? ABSENT)
        const tMs = 1.7e12 + i * 15_000 + (i % 3)
        out.begin()
        codec.write(out, 1, 3, 4, tMs, row, n, keyframe, false)
        out.end(2)
        widths.push(n)
        wanted.push({ tMs, bits: new BigUint64Array(row.buffer) })
      })
      const bytes = out.bytes.subarray(0, out.length)
      expect(readRows(bytes, widths, new Set())).toEqual(wanted)
      const lost = lostRow % rows.length
      const isKeyframe = lost % KEYFRAME_ROWS === 0
      const left = wanted.filter((_, i) =>
        isKeyframe ? i < lost || i >= lost + KEYFRAME_ROWS : i !== lost,
      )
      expect(readRows(bytes, widths, new Set([lost]))).toEqual(left)
    }),
    { numRuns: 300 },
  )
})

test('after any damage the next whole record is found', () => {
  const out = new RecordBuffer(16)
  const ends: number[] = []
  for (let i = 0; i < 20; i++) {
    out.add(2, new Uint8Array(i * 3).fill(0xd7))
    ends.push(out.length)
  }
  const bytes = out.bytes.slice(0, out.length)
  for (let at = 0; at < bytes.length; at++) {
    const bad = bytes.slice()
    bad[at]! ^= 0x10
    const lengths: number[] = []
    let spans = 0
    const scan = scanRecords(bad, 0, {
      record: (_type, from, to) => void lengths.push(to - from),
      damaged: () => void spans++,
    })
    const end = runTask(scan)
    const hit = ends.findIndex((one) => at < one)
    expect(lengths).toEqual([...ends.keys()].filter((i) => i !== hit).map((i) => i * 3))
    const isLast = hit === ends.length - 1
    expect([spans, end]).toEqual(isLast ? [0, ends.at(-2)] : [1, bytes.length])
  }
  expect(RECORD_HEADER_BYTES).toBe(12)
})
