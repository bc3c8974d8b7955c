import { compileRelabelRule, type ScrapeSettings } from '@pharos/config'
import { BodyTemplates } from '@pharos/exposition'
import { createKernel } from '@pharos/kernel'
import { Labels } from '@pharos/model'
import { AppendOutcome } from '@pharos/tsdb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NO_BODY } from './body-result.ts'
import { newScrapeStats } from './scrape-stats.ts'
import { TargetWriter } from './target-writer.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import { jobSettings, writerContext } from './testing/scrape-fixture.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)
const TARGET = Labels.from({ job: 'j', instance: 'i' })

const DROP = compileRelabelRule({
  action: 'drop',
  sourceLabels: ['__name__'],
  regex: 'dropped',
})

interface Site {
  readonly appender: FakeAppender
  readonly writer: TargetWriter
  readonly log: unknown[]
}

/** Counts how many bodies the kernel matched; `isBlind`: it never matches, so that every body is read by lines. */
function site(settings: ScrapeSettings, isBlind: boolean): Site & { matched: number } {
  const kernel = createKernel()
  const made = { matched: 0 }
  const scan: typeof kernel.scan = (...args) => {
    if (isBlind) return 0
    const count = kernel.scan(...args)
    if (count > args[4]) made.matched++
    return count
  }
  const templates = new BodyTemplates({ ...kernel, scan })
  const appender = new FakeAppender()
  const stats = newScrapeStats()
  const writer = new TargetWriter(
    writerContext(appender, stats, templates),
    TARGET,
    TARGET,
    settings,
  )
  return Object.assign(made, { appender, writer, log: [stats] })
}

/** Bodies of a few structures, so that they often follow one of their own kind. */
const body = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.array(fc.integer(), { minLength: 4, maxLength: 4 }))
      .map(
        ([kind, [a, b, c, d]]) =>
          [
            `# TYPE a counter\na{x="1"} ${a}\na{x="2"} ${b}.5\ndropped 1\nc ${c}\n`,
            `# TYPE a counter\na{x="1"} ${a}\nc ${c}\n`,
            `a{x="1"} ${a}\nb{x="2"} ${b}e3\nc ${c}\nup ${d}\n# the end\n`,
            `c ${c}\na{x="1"} ${a}\ndropped ${b}\n`,
          ][kind]!,
      ),
  },
  fc.constantFrom(
    'a 1\na 2\n',
    'a 1 1000\nc 2\n',
    'a 1\n{',
    '',
    'c 1_0\n',
    'c NaN\na +Inf\n',
    'c 1 \n',
  ),
)

const step = fc.record({
  body,
  repeats: fc.integer({ min: 1, max: 4 }),
  trouble: fc.oneof(
    { weight: 8, arbitrary: fc.constant('none' as const) },
    fc.constantFrom('refused', 'unreachable', 'reload', 'ended'),
  ),
})

test(`a body that is known comes to the same as one that is read by lines (seed ${SEED})`, () => {
  let matched = 0
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12 }),
      fc.integer({ min: 0, max: 5 }),
      (steps, sampleLimit) => {
        const settings = jobSettings({
          sampleLimit,
          metricRelabelRules: [DROP],
          honorTimestamps: true,
        })
        const sites = [site(settings, false), site(settings, true)]
        for (const { appender, writer, log } of sites) {
          let tMs = 0
          for (const { body: text, repeats, trouble } of steps) {
            for (let i = 0; i < repeats; i++) {
              tMs += 1000
              if (trouble === 'reload')
                writer.reconfigure({ ...settings, honorLabels: tMs % 2000 === 0 })
              if (trouble === 'ended') writer.end(tMs++)
              appender.only.outcome =
                trouble === 'refused' ? AppendOutcome.readOnly : AppendOutcome.ok
              if (trouble === 'unreachable') {
                writer.readNothing()
                writer.write(tMs, false, 1, NO_BODY)
              } else {
                const result = writer.read(Buffer.from(text), 'text/plain', tMs)
                writer.write(tMs, result.error === '', 1, result)
                log.push(result, { ...writer.dropped })
              }
            }
          }
        }
        const [known, byLines] = sites as [Site & { matched: number }, Site]
        matched += known.matched
        expect(known.appender.rows).toEqual(byLines.appender.rows)
        expect(known.appender.only.samples).toEqual(byLines.appender.only.samples)
        expect(known.log).toEqual(byLines.log)
      },
    ),
    { seed: SEED, numRuns: 150 },
  )
  expect(matched).toBeGreaterThan(250)
})

test('targets of one kind share a template, which goes with the last of them', () => {
  const templates = new BodyTemplates(createKernel())
  const writers = ['1', '2', '3'].map((instance) => {
    const labels = Labels.from({ job: 'j', instance })
    return new TargetWriter(
      writerContext(new FakeAppender(), newScrapeStats(), templates),
      labels,
      labels,
      jobSettings(),
    )
  })
  for (const [i, writer] of writers.entries()) {
    const result = writer.read(Buffer.from(`a ${i}\nb{c="d"} ${i}.5\n`), 'text/plain', 1000)
    writer.write(1000, true, 1, result)
  }
  expect(templates.count).toBe(1)
  for (const writer of writers) writer.release()
  expect(templates.count).toBe(0)
})

test('a target whose structure is new at each scrape is soon not learnt any more', () => {
  const kernel = createKernel()
  let scans = 0
  const scan: typeof kernel.scan = (...args) => {
    scans++
    return kernel.scan(...args)
  }
  const templates = new BodyTemplates({ ...kernel, scan })
  const writer = new TargetWriter(
    writerContext(new FakeAppender(), newScrapeStats(), templates),
    TARGET,
    TARGET,
    jobSettings(),
  )
  for (let i = 1; i <= 200; i++) {
    const result = writer.read(Buffer.from(`a{id="${i}"} 1\n`), 'text/plain', i * 1000)
    writer.write(i * 1000, true, 1, result)
  }
  expect(scans).toBeLessThan(20)
})
