// What does a sample of a known series cost from its bytes to its place in the row, network and store left out?

import { Labels } from '@pharos/model'
import { newScrapeStats } from './scrape-stats.ts'
import { TargetWriter } from './target-writer.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import { bodyTemplates, jobSettings, writerContext } from './testing/scrape-fixture.ts'
import { createCursor, Entry } from '@pharos/exposition'

/** A body of 1 000 series like a service's, its values different in each round. */
function serviceBody(round: number): Uint8Array {
  let text = ''
  for (let family = 0; family < 50; family++) {
    text += `# HELP service_family_${family}_seconds What it measures.\n# TYPE service_family_${family}_seconds counter\n`
    for (let i = 0; i < 20; i++) {
      text += `service_family_${family}_seconds{method="GET",route="/api/v1/items/${i}",code="200"} ${round * 7 + i * 13.25}\n`
    }
  }
  return Buffer.from(text)
}

/** ns a sample: the whole way, and the cursor alone. Returns a checksum as well. */
export function measureTargetWriter(rounds: number): {
  ns: number
  cursorNs: number
  checksum: number
} {
  const appender = new FakeAppender()
  const labels = Labels.from({ job: 'j', instance: 'i' })
  const writer = new TargetWriter(
    writerContext(appender, newScrapeStats(), bodyTemplates()),
    labels,
    labels,
    jobSettings(),
  )
  const bodies = Array.from({ length: 8 }, (_, round) => serviceBody(round))
  const group = appender.only
  let checksum = 0
  // The store is not what is measured: it only adds up a column.
  group.appendRow = (_tMs, row) => {
    checksum += row[5]! + row[1_004]!
    return 0
  }
  let tMs = 1
  const scrape = (body: Uint8Array): void => {
    writer.write(++tMs, true, 1, writer.read(body, 'text/plain', tMs))
  }
  for (let i = 0; i < rounds / 5; i++) scrape(bodies[i % 8]!)
  let start = process.hrtime.bigint()
  for (let i = 0; i < rounds; i++) scrape(bodies[i % 8]!)
  const ns = Number(process.hrtime.bigint() - start) / rounds / 1_000
  start = process.hrtime.bigint()
  for (let i = 0; i < rounds; i++) {
    const cursor = createCursor(bodies[i % 8]!, 'text')
    while (cursor.next() !== Entry.end) checksum += cursor.value
  }
  const cursorNs = Number(process.hrtime.bigint() - start) / rounds / 1_000
  return { ns, cursorNs, checksum }
}
