import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { parseFamilies } from '@pharos/exposition'
import { isAbsent, isStale, type Labels, type Metadata } from '@pharos/model'
import { Gateway } from '@pharos/pushgateway'
import { type Appender, AppendOutcome, type GroupAppender } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { DirectPushes } from './push-direct.ts'

const START_MS = 1_700_000_000_000

/** Notes rows as `+ms {series} value …`, without what the gateway says of itself. */
class Notes implements Appender {
  readonly rows: string[] = []
  readonly metadata = new Map<string, Metadata>()
  readonly groups: string[] = []

  group(key: Labels): GroupAppender {
    const series: Labels[] = []
    this.groups.push(key.toString())
    return {
      key,
      get columnCount() {
        return series.length
      },
      pending: (labels) => ({ own: labels, removed: [] }),
      column: (one) => {
        const labels = 'own' in one ? one.own : one
        const at = series.findIndex((one) => one.key === labels.key)
        return at >= 0 ? at : series.push(labels) - 1
      },
      labelsOf: (column) => series[column]!,
      appendRow: (tMs, row) => {
        const cells = series.flatMap((labels, column) => {
          const value = row[column]!
          if (isAbsent(value) || labels.get('__name__').startsWith('push_')) return []
          return `${labels.toMetric()} ${isStale(value) ? 'ends' : value}`
        })
        this.rows.push(`+${tMs - START_MS} ${cells.join(' ')}`)
        return AppendOutcome.ok
      },
      appendSample: () => AppendOutcome.ok,
      appendExemplar: () => {},
      release: () => {},
    }
  }

  setMetadata(metric: string, metadata: Metadata): void {
    this.metadata.set(metric, metadata)
  }

  async sync(): Promise<void> {}
}

async function scene(scrapedJob?: string) {
  const [clock, disk] = [new SimClock(START_MS), new SimDisk()]
  const direct = new DirectPushes(clock, silentLogger, scrapedJob)
  const gateway = await Gateway.open({
    clock,
    disk,
    log: silentLogger,
    version: '1',
    flags: {},
    persistenceFile: '',
    isChecked: true,
    allowsUtf8: false,
    isLenient: false,
    ttlMs: 0,
    aggregates: false,
    gaugeMode: 'last',
    hasLifecycle: false,
    hasAdminApi: false,
    showsProcess: false,
    onChange: (...change) => direct.note(...change),
  })
  const notes = new Notes()
  const put = (text: string, job = 'a', ttlMs = 0): Promise<void> =>
    gateway.store.push({
      labels: ['job', job],
      families: parseFamilies(text),
      replaces: true,
      aggregate: undefined,
      ttlMs,
    })
  const state = { isOpen: true }
  const start = (): void => direct.start({ appender: notes, isOpen: () => state.isOpen })
  return { clock, direct, gateway, notes, put, start, state }
}

test('a push is a row at its own time, and again every 15 s', async () => {
  const { clock, direct, notes, put, start } = await scene()
  start()
  await clock.advance(1_234)
  await put('# HELP m Help.\n# TYPE m gauge\nm{x="1"} 2\n')
  expect(notes.rows).toEqual(['+1234 m{job="a", x="1"} 2'])
  expect(notes.groups).toEqual(['{job="a"}'])
  expect(notes.metadata.get('m')).toEqual({ type: 'gauge', help: 'Help.', unit: '' })
  await clock.advance(30_000)
  expect(notes.rows.slice(1)).toEqual(['+15000 m{job="a", x="1"} 2', '+30000 m{job="a", x="1"} 2'])
  direct.close()
  await clock.advance(60_000)
  expect(notes.rows.length).toBe(3)
})

test('two pushes within a millisecond are two rows, and what is gone ends once', async () => {
  const { clock, notes, put, start } = await scene()
  start()
  await put('m 1\nn NaN\n')
  await put('m 2\n')
  await clock.advance(15_000)
  expect(notes.rows).toEqual([
    '+0 m{job="a"} 1 n{job="a"} NaN',
    '+1 m{job="a"} 2 n{job="a"} ends',
    '+15000 m{job="a"} 2',
  ])
})

test('a group that is deleted ends, and begins again when it is pushed again', async () => {
  const { clock, gateway, notes, put, start } = await scene()
  start()
  await put('m 1\n')
  await clock.advance(1_000)
  await gateway.store.delete([['job', 'a']])
  await clock.advance(20_000)
  await put('m 2\n')
  expect(notes.rows).toEqual(['+0 m{job="a"} 1', '+1000 m{job="a"} ends', '+21000 m{job="a"} 2'])
})

test('what was pushed before the store was open is written when it is; nothing when it closes', async () => {
  const { clock, notes, put, start, state } = await scene()
  await put('m 1\n')
  await clock.advance(500)
  expect(notes.rows).toEqual([])
  start()
  expect(notes.rows).toEqual(['+500 m{job="a"} 1'])
  state.isOpen = false
  await put('m 2\n')
  await clock.advance(60_000)
  expect(notes.rows.length).toBe(1)
})

test('groups of the job that is scraped are left to the scrape', async () => {
  const { notes, put, start } = await scene('pushgateway')
  start()
  await put('m 1\n', 'pushgateway')
  await put('m 1\n', 'other')
  expect(notes.rows).toEqual(['+0 m{job="other"} 1'])
})

test('labels that change with every push do not make a group grow', async () => {
  const { clock, notes, put, start } = await scene()
  start()
  for (let i = 0; i < 200; i++) {
    await clock.advance(1)
    await put(`m{run="${i}"} 1\n`)
  }
  expect(notes.groups.length).toBeGreaterThan(2)
  expect(notes.rows.at(-1)).toBe('+200 m{job="a", run="198"} ends m{job="a", run="199"} 1')
})
