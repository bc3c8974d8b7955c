import { silentLogger, UserError } from '@pharos/base'
import { simWorld } from '@pharos/base/sim'
import { createKernel } from '@pharos/kernel'
import { Matcher } from '@pharos/model'
import { Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { IMPORT_LINE_BYTES } from '../limits.ts'
import { WriteReceiver } from '../write-receiver.ts'
import { csvReader } from './csv-lines.ts'
import type { LineReader } from './imported-series.ts'
import { influxReader } from './influx-lines.ts'
import { readJsonLine } from './json-lines.ts'
import { type ImportAnswer, importLines } from './line-import.ts'
import { textReader } from './text-lines.ts'

const utf8 = new TextEncoder()
const NOW = simWorld().clock.now()

/** Imports a body in pieces of `size` bytes. */
async function imported(
  body: string,
  read: LineReader,
  { size = 7, more = new Map<string, string>() } = {},
): Promise<{ answer: ImportAnswer; samples: string[] }> {
  const world = simWorld()
  const db = await Tsdb.open(world, {
    path: '/data',
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 7_200_000,
    walSync: 'never',
    maxFutureMs: 600_000,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  const receiver = new WriteReceiver({
    appender: db,
    clock: world.clock,
    random: world.random,
    log: silentLogger,
    kernel: createKernel(),
    isSynced: false,
  })
  async function* chunks() {
    const bytes = utf8.encode(body)
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const answer = await importLines(chunks(), read, more, receiver)
  const querier = db.querier(-1e15, 1e15)
  const { groups } = await querier.select([new Matcher('!=', '__name__', '')], {
    startMs: -1e15,
    endMs: 1e15,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  })
  const samples = groups.flatMap((group) =>
    Array.from({ length: group.seriesCount }, (_, s) => {
      const values = new Float64Array(group.times.length)
      group.readValues(s, values)
      const points = [...group.times].map((time, i) => `${time - NOW}:${values[i]}`)
      return `${group.labels(s).toString()} ${points.join(' ')}`
    }),
  )
  querier.close()
  await db.close()
  return { answer, samples: samples.sort() }
}

const TAKEN = { status: 204, text: '' }

test('lines of JSON become series, whatever the pieces they come in', async () => {
  const line = JSON.stringify({
    metric: { __name__: 'up', job: 'node_exporter', instance: 'localhost:9100', empty: '' },
    values: [0, 1.5, null, 'Infinity', '-Infinity'],
    timestamps: [0, 1, 2, 3, 4].map((s) => NOW + s * 1000),
  })
  for (const size of [1, 50, 1e6]) {
    const { answer, samples } = await imported(`${line}\n\r\n`, readJsonLine, { size })
    expect(answer).toEqual({ ...TAKEN, samples: 5 })
    expect(samples).toEqual([
      '{__name__="up", instance="localhost:9100", job="node_exporter"} 0:0 1000:1.5 2000:NaN 3000:Infinity 4000:-Infinity',
    ])
  }
})

test('the documented lines of CSV become a series a metric', async () => {
  const format = '2:metric:ask,3:metric:bid,1:label:ticker,4:label:market'
  const { answer, samples } = await imported(
    'GOOG,1.23,4.56,NYSE\n"MS""FT",3.21,,"NAS,DAQ"',
    csvReader(format, NOW),
    { more: new Map([['market', 'here']]) },
  )
  expect(answer).toEqual({ ...TAKEN, samples: 3 })
  expect(samples).toEqual([
    '{__name__="ask", market="here", ticker="GOOG"} 0:1.23',
    '{__name__="ask", market="here", ticker="MS\\"FT"} 0:3.21',
    '{__name__="bid", market="here", ticker="GOOG"} 0:4.56',
  ])
})

test('times of CSV are read as their column says', () => {
  const check = (kind: string, text: string, timeMs: number): void =>
    expect(csvReader(`1:time:${kind},2:metric:m`, 0)(`${text},1`)[0]?.timesMs).toEqual([timeMs])
  check('unix_s', '1700000000.5', 1_700_000_000_500)
  check('unix_ms', '1700000000123', 1_700_000_000_123)
  check('unix_ns', '1700000000123456789', 1_700_000_000_123)
  check('rfc3339', '2023-11-14T22:13:20Z', 1_700_000_000_000)
  check('rfc3339', '2023-11-15T00:13:20.25+02:00', 1_700_000_000_250)
})

test('the documented line of InfluxDB becomes a series a field', async () => {
  const body = [
    '# a comment',
    `measurement,tag1=value1,tag2=value2 field1=123,field2=1.23 ${NOW}000000`,
    `a\\ b,t\\,g=v\\=w f=42i,u=7u,on=t,off=False,s="no, number",n="5" ${NOW}000000`,
    'now v=1',
  ].join('\n')
  const { answer, samples } = await imported(body, influxReader('', 'base', NOW))
  expect(answer).toEqual({ ...TAKEN, samples: 8 })
  expect(samples).toEqual(
    [
      '{__name__="measurement_field1", db="base", tag1="value1", tag2="value2"} 0:123',
      '{__name__="measurement_field2", db="base", tag1="value1", tag2="value2"} 0:1.23',
      '{__name__="a b_f", db="base", "t,g"="v=w"} 0:42',
      '{__name__="a b_n", db="base", "t,g"="v=w"} 0:5',
      '{__name__="a b_off", db="base", "t,g"="v=w"} 0:0',
      '{__name__="a b_on", db="base", "t,g"="v=w"} 0:1',
      '{__name__="a b_u", db="base", "t,g"="v=w"} 0:7',
      '{__name__="now_v", db="base"} 0:1',
    ].sort(),
  )
  expect(influxReader('s', '', 0)('m f=1 1700000000')[0]?.timesMs).toEqual([1_700_000_000_000])
})

test('lines of /metrics become series', async () => {
  const body = `# TYPE foo counter\nfoo{bar="baz, \\"x\\""} 123 ${NOW + 1000}\nfoo 4\n`
  const { answer, samples } = await imported(body, textReader(NOW + 2000))
  expect(answer).toEqual({ ...TAKEN, samples: 2 })
  expect(samples).toEqual([
    '{__name__="foo", bar="baz, \\"x\\""} 1000:123',
    '{__name__="foo"} 2000:4',
  ])
})

test('a line that is wrong is named, and the lines before it are stored', async () => {
  const check = async (read: LineReader, good: string, bad: string, why: string): Promise<void> => {
    const { answer, samples } = await imported(`${good}\n${bad}\n${good}`, read)
    expect(answer, bad).toEqual({
      status: 400,
      text: `line 2: ${why}; 1 samples of the lines before are stored`,
      samples: 1,
    })
    expect(samples).toHaveLength(1)
  }
  const json = (values: unknown, timestamps: unknown): string =>
    JSON.stringify({ metric: { __name__: 'x' }, values, timestamps })
  const good = json([1], [NOW])
  await check(readJsonLine, good, '[1]', 'wants an object, has "[1]"')
  await check(readJsonLine, good, '{"values":[]}', 'metric wants an object of labels')
  await check(readJsonLine, good, json(1, []), 'values wants a list')
  await check(
    readJsonLine,
    good,
    json([1, 2], [NOW]),
    'there are 2 values and 1 timestamps, which must be as many',
  )
  await check(readJsonLine, good, json(['x'], [1]), 'values wants numbers, has "\\"x\\""')
  const csv = csvReader('1:metric:m,2:label:l', NOW)
  await check(csv, '1,a', '1', 'column 2 (label) is missing: there are 1')
  await check(csv, '1,a', 'x,a', 'column 1 (m) wants a number, has "x"')
  await check(csv, '1,a', '1,"a', 'a quote is not closed: "\\"a"')
  const influx = influxReader('', '', NOW)
  await check(influx, 'm f=1', 'm', 'fields are missing behind "m"')
  await check(influx, 'm f=1', 'm f', 'a field wants name=value, has "f"')
  await check(influx, 'm f=1', 'm f=1 x', 'the time wants a whole number, has "x"')
  await check(
    textReader(NOW),
    'm 1',
    'm{ 1',
    'expected label name, got "1" ("INVALID") while parsing: "m{ 1"',
  )
})

test('what the store refuses is counted, and the lines behind it are stored', async () => {
  const { answer, samples } = await imported(
    `a 1 ${NOW}\na 2 ${NOW - 60_000_000}\nb 3 ${NOW}\n`,
    textReader(NOW),
  )
  expect(answer).toEqual({
    status: 400,
    text: '1 of 3 samples were not stored: out of bounds',
    samples: 2,
  })
  expect(samples).toHaveLength(2)
})

test('a line without end is refused before it is all in memory', async () => {
  const body = 'a'.repeat(IMPORT_LINE_BYTES + 1)
  const { answer } = await imported(`x 1\n${body}`, textReader(NOW), { size: 1 << 16 })
  expect(answer.text).toBe(
    'line 2: more than 10485760 bytes long; 1 samples of the lines before are stored',
  )
})

test('a format that makes no sense is told', () => {
  const check = (work: () => unknown, text: string): void =>
    expect(work).toThrow(new UserError('import/format', text))
  check(
    () => csvReader('', 0),
    'format: the parameter format is missing: 1:metric:name,2:time:unix_s',
  )
  check(() => csvReader('0:metric:x', 0), 'format: "0:metric:x": column numbers are 1 to 10000')
  check(() => csvReader('1:label:x', 0), 'format: no column is a metric')
  check(
    () => csvReader('1:time:x,2:metric:m', 0),
    'format: "1:time:x": times are one of unix_s, unix_ms, unix_ns, rfc3339',
  )
  check(
    () => influxReader('d', '', 0),
    'precision wants one of n, ns, u, us, µ, ms, s, m, h, has "d"',
  )
})
