import { createKernel } from '@pharos/kernel'
import { ABSENT, formatValue } from '@pharos/model'
import { expect, test } from 'vitest'
import { ChunkWriter } from './chunk-writer.ts'
import { PointPrinter } from './point-printer.ts'

const printer = new PointPrinter(createKernel())

function written(times: Float64Array, values: Float64Array): string {
  const out = new ChunkWriter(printer.pool)
  out.text('{"metric":{}')
  printer.write(times, values, out)
  return `${Buffer.concat([...out.rest()]).toString()}}`
}

test('more points than the kernel takes at once come out whole, whatever was printed before', () => {
  for (const count of [1, 2047, 2048, 2049, 11_001, 3]) {
    const times = Float64Array.from({ length: count }, (_, i) => 1_435_781_451_781 + i * 1500)
    const values = times.map((t, i) => (i % 3 === 0 ? ABSENT : t / (i + 1)))
    const series = JSON.parse(written(times, values)) as { values?: [number, string][] }
    const wanted = [...values.keys()].filter((i) => i % 3 !== 0)
    const points = wanted.map((i) => [times[i]! / 1000, formatValue(values[i]!)])
    expect(series.values ?? []).toEqual(points)
  }
})

test('nothing is written where no point is', () => {
  expect(written(new Float64Array([1]), new Float64Array([ABSENT]))).toBe('{"metric":{}}')
  expect(written(new Float64Array(0), new Float64Array(0))).toBe('{"metric":{}}')
})

test('texts and bytes of any size keep their order over chunks', () => {
  const out = new ChunkWriter(printer.pool)
  const chunks: Buffer[] = []
  let all = ''
  for (let i = 0; i < 60; i++) {
    const text = `${i}é€😀`.repeat(i * 150)
    all += text
    if (i % 2 === 0) out.text(text)
    else out.bytes(Buffer.from(text))
    chunks.push(...out.take())
  }
  chunks.push(...out.rest())
  expect(Buffer.concat(chunks).toString()).toBe(all)
  expect(chunks.length).toBeGreaterThan(5)
})
