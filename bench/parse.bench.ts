import { createCursor, Entry } from '@pharos/exposition'
import { type Bench, cpuNsPerItem, type Size } from './measure.ts'
import { expositionPage } from './exposition-page.ts'

export const bench: Bench = {
  question:
    'What does it cost to walk a scraped page, a sample, with and without making its labels?',
  async run(size: Size) {
    const series = size === 'smoke' ? 200 : 10_000
    const rounds = size === 'smoke' ? 1 : 15
    const body = new TextEncoder().encode(expositionPage(series, 123_456))
    let samples = 0
    let sum = 0
    const walk = (withLabels: boolean): void => {
      const cursor = createCursor(body, 'text')
      samples = 0
      sum = 0
      for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) {
        if (entry !== Entry.series) continue
        samples++
        sum += cursor.value + (withLabels ? cursor.labels().size : 0)
      }
    }
    walk(false)
    if (samples !== series) throw new Error(`${samples} samples of ${series}`)
    const bare = cpuNsPerItem(series, rounds, () => walk(false))
    const bareSum = sum
    const labelled = cpuNsPerItem(series, rounds, () => walk(true))
    return [
      `${series} samples, ${body.length} bytes, checksum ${bareSum.toFixed(3)}`,
      `values only ${bare.toFixed(0)} ns a sample, with label sets ${labelled.toFixed(0)} ns (CPU, median of ${rounds})`,
    ]
  },
}
