// The same pushes to Debian's pushgateway and to ours: equal codes, texts, pages and JSON.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Pusher, Registry } from '@pharos/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PACKED_PUSHES, SNAPPY_PUSHES } from './packed-pushes.ts'
import { freePort, pharos, type Running, start, temporaryDirectory, until } from './process.ts'
import { type Answered, PUSHES, send } from './pushes.ts'

const hasReference = existsSync('/usr/bin/prometheus-pushgateway')
const running: Running[] = []
let reference = ''
let ours = ''

async function gateway(args: (port: number) => Running): Promise<string> {
  const port = await freePort()
  running.push(args(port))
  const url = `http://127.0.0.1:${port}`
  await until(`the gateway at ${url}`, async () => (await fetch(`${url}/-/ready`)).ok || undefined)
  return url
}

const pharosGateway = (port: number, file: string, more: readonly string[] = []): Running =>
  pharos(
    [
      'pushgateway',
      `--web.listen-address=127.0.0.1:${port}`,
      `--persistence.file=${file}`,
      ...more,
    ],
    { lasting: true },
  )

beforeAll(async () => {
  const file = join(temporaryDirectory(true), 'push.journal')
  ours = await gateway((port) => pharosGateway(port, file))
  if (!hasReference) return
  reference = await gateway((port) =>
    start(
      'prometheus-pushgateway',
      [`--web.listen-address=127.0.0.1:${port}`, '--persistence.file='],
      { lasting: true },
    ),
  )
}, 60_000)

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()))
})

/**
 * Protobuf's text form changed between versions, and its newer one has single or double blanks by chance. Which of two
 * families that contradict each other is blamed is chance too: the reference walks a Go map.
 */
function normal({ status, type, text }: Answered): string {
  const same = text
    .replace(/:</g, ':{')
    .replace(/ ?>/g, '}')
    .replace(/ {2,}/g, ' ')
    .replace(/ \}/g, '}')
    .replace(/(collected metric "\w+") \{.*\} is not a \w+/, '$1 is of two types')
    .replace(
      /collected .*named "(\w+)" collides with .* named "(\w+)"/,
      (_, a: string, b: string) => `${[a, b].sort().join(' and ')} collide`,
    )
  return `${status} ${type}\n${same}`
}

/** The pushed families of a page, their times taken out. */
async function page(base: string): Promise<string> {
  const text = await (await fetch(`${base}/metrics`)).text()
  const own = /^(?:# (?:HELP|TYPE) )?(?:go|process|nodejs|pushgateway|promhttp)_/
  return text
    .split('\n')
    .filter((line) => !own.test(line) || line.includes('job='))
    .map((line) => line.replace(/^(push(?:_failure)?_time_seconds\{.*\}) 1\.\d+e\+09$/, '$1 T'))
    .join('\n')
}

type Json = Record<string, unknown>

/** The groups of the API by their labels, their times taken out. */
async function groups(base: string): Promise<Json> {
  const answer = (await (await fetch(`${base}/api/v1/metrics`)).json()) as { data: Json[] }
  const timeless = JSON.stringify(answer.data, (name, value: unknown) => {
    if (name === 'time_stamp') return 'T'
    return typeof value === 'string' ? value.replace(/^1\.\d+e\+09$/, 'T') : value
  })
  const list = JSON.parse(timeless) as Json[]
  return Object.fromEntries(list.map((group) => [JSON.stringify(group['labels']), group]))
}

describe.skipIf(!hasReference)('beside the pushgateway of Debian', () => {
  test('every push has the same answer', async () => {
    const different: string[] = []
    for (const push of [...PUSHES, ...PACKED_PUSHES]) {
      const [theirs, own] = [await send(reference, push), await send(ours, push)]
      const { differs } = push
      const wanted = normal(
        differs === undefined ? theirs : { ...theirs, status: differs.status, text: differs.text },
      )
      if (normal(own) !== wanted)
        different.push(`${push.what}\n  theirs ${wanted}\n  ours   ${normal(own)}`)
    }
    expect(PUSHES.length).toBeGreaterThanOrEqual(60)
    expect(different.join('\n')).toBe('')
  })

  test('after all of them the pages and the groups of the API are the same', async () => {
    const [theirs, own] = [await page(reference), await page(ours)]
    expect(theirs.split('\n').length).toBeGreaterThan(60)
    expect(own).toBe(theirs)
    expect(await groups(ours)).toEqual(await groups(reference))
  })

  test('the status has the same members', async () => {
    const members = async (base: string): Promise<readonly string[]> => {
      const { data } = (await (await fetch(`${base}/api/v1/status`)).json()) as { data: Json }
      return [...Object.keys(data), ...Object.keys(data['build_information'] as Json)].sort()
    }
    expect(await members(ours)).toEqual(await members(reference))
  })
})

describe('what ours does beyond it', () => {
  const put = (path: string, body: string, headers = {}): Promise<Answered> =>
    send(ours, { method: 'PUT', path, body, headers })

  test('a push that was answered is there after kill -9', async () => {
    const file = join(temporaryDirectory(), 'push.journal')
    let first: Running | undefined
    const url = await gateway((port) => (first = pharosGateway(port, file)))
    for (let i = 0; i < 30; i++) {
      const answer = await send(url, {
        method: i % 2 === 0 ? 'PUT' : 'POST',
        path: `/metrics/job/j${i % 7}`,
        body: `# TYPE x${i % 3} gauge\nx${i % 3}{n="${i}"} NaN\n`,
      })
      expect(answer.status).toBe(200)
    }
    const before = await page(url)
    first!.child.kill('SIGKILL')
    await first!.exited
    const again = await gateway((port) => pharosGateway(port, file))
    expect(await page(again)).toBe(before)
    expect(before).toContain('NaN')
  })

  test("the client's Pusher pushes, adds and deletes", async () => {
    const registry = new Registry()
    const done = registry.counter({ name: 'batch_done_total', help: 'Batches.' })
    done.inc(3)
    const pusher = new Pusher({ url: `${ours}/metrics`, job: 'batch/1', registry, gzip: true })
    await pusher.push()
    expect(await page(ours)).toContain('batch_done_total{instance="",job="batch/1"} 3')
    done.inc(2)
    await pusher.add()
    expect(await page(ours)).toContain('batch_done_total{instance="",job="batch/1"} 5')
    await pusher.delete()
    expect(await page(ours)).not.toContain('batch_done_total')
  })

  test('Snappy is unpacked, framed or bare, and refused when it is none', async () => {
    for (const { what, status, ...push } of SNAPPY_PUSHES)
      expect((await send(ours, push)).status, what).toBe(status)
    expect(await page(ours)).toContain('snap{instance="",job="snap"} 2')
  })

  test('pushes to the aggregate path add up', async () => {
    const body = `# TYPE hits counter\nhits 2\n# TYPE last gauge\nlast 7\n# TYPE d histogram\nd_bucket{le="1"} 1\nd_bucket{le="+Inf"} 2\nd_sum 3\nd_count 2\n`
    for (let i = 0; i < 3; i++) await put('/metrics/aggregate/job/fn', body)
    const text = await page(ours)
    expect(text).toContain('hits{instance="",job="fn"} 6')
    expect(text).toContain('last{instance="",job="fn"} 7')
    expect(text).toContain('d_bucket{instance="",job="fn",le="1"} 3')
    expect(text).toContain('d_sum{instance="",job="fn"} 9')
  })

  test('a group whose time is up is gone', async () => {
    await put('/metrics/job/short', 'short_lived 1\n', { 'X-Pharos-TTL': '1s' })
    await put('/metrics/job/short2/push_ttl_seconds/1', 'short_lived 1\n')
    expect(await page(ours)).toContain('short_lived{instance="",job="short2"} 1')
    await until('the end of the groups', async () =>
      (await page(ours)).includes('short_lived') ? undefined : true,
    )
    expect((await put('/metrics/job/short', 'x 1\n', { 'X-Pharos-TTL': 'soon' })).text).toContain(
      '"soon"',
    )
  })

  test('a forgiving gateway takes what the others refuse', async () => {
    const file = join(temporaryDirectory(), 'push.journal')
    const url = await gateway((port) => pharosGateway(port, file, ['--push.lenient']))
    const statuses = await Promise.all(
      [
        ['/metrics/metrics/job/course', 'demo 1\n'],
        ['/metrics/job/crlf', 'crlf 1\r\nmore{a="x"} 2\r\n'],
        ['/metrics/job/lf', 'no_lf 3'],
      ].map(
        async ([path = '', body = '']) => (await send(url, { method: 'PUT', path, body })).status,
      ),
    )
    expect(statuses).toEqual([200, 200, 200])
    const text = await page(url)
    for (const line of [
      'demo{instance="",job="course"} 1',
      'more{a="x",instance="",job="crlf"} 2',
      'no_lf{instance="",job="lf"} 3',
    ])
      expect(text).toContain(line)
  })
})
