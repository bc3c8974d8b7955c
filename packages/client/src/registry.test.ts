import { expect, test } from 'vitest'
import { OPENMETRICS, TEXT } from './format.ts'
import { Registry } from './registry.ts'

test('families are sorted by name, series by label values, labels by name', async () => {
  const registry = new Registry()
  const b = registry.counter({
    name: 'b_total',
    help: 'two\nlines \\ "quoted"',
    labelNames: ['z', 'a'],
    constLabels: { k: 'const' },
  })
  registry.gauge({ name: 'a', help: '' }).set(1e6)
  b.inc({ z: '2', a: 'x' })
  b.inc({ z: '1', a: 'q"\\\n' }, 2.5)
  expect(await registry.metrics()).toBe(
    [
      '# HELP a ',
      '# TYPE a gauge',
      'a 1e+06',
      '# HELP b_total two\\nlines \\\\ "quoted"',
      '# TYPE b_total counter',
      'b_total{a="q\\"\\\\\\n",k="const",z="1"} 2.5',
      'b_total{a="x",k="const",z="2"} 1',
      '',
    ].join('\n'),
  )
  expect(registry.contentType).toBe(
    'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
  )
})

test('OpenMetrics names counters without _total, writes whole numbers with .0 and ends with EOF', async () => {
  const registry = new Registry()
  registry.counter({ name: 'a_total', help: 'say "hi"' }).inc()
  registry.counter({ name: 'bare', help: '' }).inc()
  registry.histogram({ name: 'h', help: '', buckets: [1, 2.5] }).observe(2)
  expect(await registry.metrics({ format: OPENMETRICS })).toBe(
    [
      '# HELP a say \\"hi\\"',
      '# TYPE a counter',
      'a_total 1.0',
      '# HELP bare ',
      '# TYPE bare unknown',
      'bare 1.0',
      '# HELP h ',
      '# TYPE h histogram',
      'h_bucket{le="1.0"} 0.0',
      'h_bucket{le="2.5"} 1.0',
      'h_bucket{le="+Inf"} 1.0',
      'h_sum 2.0',
      'h_count 1.0',
      '# EOF',
      '',
    ].join('\n'),
  )
})

test('names beyond the old characters are escaped, or quoted for those who can read them', async () => {
  const registry = new Registry()
  registry.counter({ name: 'http.requests', help: '', labelNames: ['a.b'] }).inc({ 'a.b': 'x' })
  const last = async (escaping: typeof TEXT.escaping): Promise<string | undefined> =>
    (await registry.metrics({ format: { ...TEXT, escaping } })).trimEnd().split('\n').at(-1)
  expect(await last('underscores')).toBe('http_requests{a_b="x"} 1')
  expect(await last('dots')).toBe('http_dot_requests{a_dot_b="x"} 1')
  expect(await last('values')).toBe('U__http_2e_requests{U__a_2e_b="x"} 1')
  expect(await last('allow-utf-8')).toBe('{"http.requests","a.b"="x"} 1')
})

test('a name is taken once, together with the names of its samples', () => {
  const registry = new Registry()
  const histogram = registry.histogram({ name: 'h', help: '' })
  registry.register(histogram)
  expect(() => registry.gauge({ name: 'h', help: '' })).toThrow(
    'a metric named "h" is already registered',
  )
  expect(() => registry.gauge({ name: 'h_count', help: '' })).toThrow(
    'collected metric named "h_count" collides with previously collected histogram named "h"',
  )
  registry.gauge({ name: 's_sum', help: '' })
  expect(() => registry.summary({ name: 's', help: '' })).toThrow('collides')
  expect(registry.getSingleMetric('h')).toBe(histogram)
  expect(registry.unregister('h')).toBe(true)
  expect(registry.unregister(histogram)).toBe(false)
  registry.gauge({ name: 'h_count', help: '' })
  registry.clear()
  expect(registry.all()).toEqual([])
})

test('collect callbacks run before each exposition, and a failing one takes only its own family away', async () => {
  const registry = new Registry()
  let isBroken = false
  registry.gauge({
    name: 'queue',
    help: '',
    collect: async (gauge) => {
      await Promise.resolve()
      gauge.inc(2)
    },
  })
  registry.counter({
    name: 'reads_total',
    help: '',
    collect: (counter) => {
      if (isBroken) throw new Error('no data')
      counter.setTotal(7)
    },
  })
  await registry.metrics()
  expect(await registry.metrics({ names: ['queue'] })).toContain('queue 4')
  expect(await registry.metrics()).toContain('reads_total 7')
  isBroken = true
  const rest = await registry.metrics()
  expect(rest).toContain('queue 8')
  expect(rest).not.toContain('reads_total 7')
  await expect(registry.metrics({ onCollectError: 'throw' })).rejects.toThrow('no data')
  expect(await registry.metrics()).toContain(
    'pharos_client_collect_errors_total{metric="reads_total",reason="threw"} 3\n',
  )
})

test('a metric with labels and no series yet is left out', async () => {
  const registry = new Registry()
  registry.counter({ name: 'a_total', help: '', labelNames: ['x'] })
  expect(await registry.metrics()).toBe('')
})

test('descriptions that no server would accept are refused', () => {
  const registry = new Registry()
  const names = (labelNames: string[]) => () =>
    registry.histogram({ name: 'x', help: '', labelNames })
  expect(() => registry.gauge({ name: '', help: '' })).toThrow('not a valid metric name')
  expect(names(['le'])).toThrow("label le is the metric's own")
  expect(names(['a', 'a'])).toThrow('twice')
  expect(names(['__name__'])).toThrow('not a valid label name')
  expect(names([''])).toThrow('not a valid label name')
  expect(() =>
    registry.gauge({ name: 'x', help: '', labelNames: ['a'], constLabels: { a: '1' } }),
  ).toThrow('twice')
  expect(registry.all()).toEqual([])
})
