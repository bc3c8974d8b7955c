import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Bench, cpuSecondsOf, median, peakMib, type Size } from './measure.ts'
import { hasAlertmanager, type PeerName, startPeer } from './peers.ts'

/** As many as a Prometheus puts into one request. */
const BATCH = 256
/** Requests under way at once, as from four Prometheus servers. */
const SENDERS = 4

interface Storm {
  readonly alerts: number
  readonly groups: number
  /** Long enough that all are there before the first group is due. */
  readonly groupWaitMs: number
}

interface Weathered {
  readonly acceptMs: number
  /** From the first request to the last message. */
  readonly notifyMs: number
  /** Of the process, without its start. */
  readonly cpuMs: number
  readonly mib: number
}

const config = (url: string, { groupWaitMs }: Storm): string => `
route: {receiver: web, group_by: [cluster], group_wait: ${groupWaitMs}ms, group_interval: 10s, repeat_interval: 4h}
receivers: [{name: web, webhook_configs: [{url: '${url}'}]}]
`

function batches({ alerts, groups }: Storm): string[] {
  const startsAt = new Date().toISOString()
  const endsAt = new Date(Date.now() + 600_000).toISOString()
  const all = Array.from({ length: alerts }, (_, i) => ({
    labels: {
      alertname: 'InstanceDown',
      cluster: `cluster-${Math.floor((i * groups) / alerts)}`,
      instance: `host-${i}.example.org:9100`,
      job: 'node',
      severity: 'critical',
    },
    annotations: {
      summary: `host-${i} is down`,
      description: 'It did not answer for five minutes.',
    },
    startsAt,
    endsAt,
    generatorURL: 'http://prometheus.example.org/graph?g0.expr=up+%3D%3D+0&g0.tab=1',
  }))
  return Array.from({ length: Math.ceil(alerts / BATCH) }, (_, i) =>
    JSON.stringify(all.slice(i * BATCH, (i + 1) * BATCH)),
  )
}

/** A webhook that counts what it is told of. */
async function counter(): Promise<{
  url: string
  told: Set<string>
  messages: number
  close(): void
}> {
  const told = new Set<string>()
  const sink = { url: '', told, messages: 0, close: () => void server.close() }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.end()
      sink.messages++
      for (const [one] of Buffer.concat(chunks)
        .toString()
        .matchAll(/host-\d+\.example/g))
        told.add(one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  sink.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return sink
}

async function weather(name: PeerName, storm: Storm): Promise<Weathered> {
  const sink = await counter()
  const peer = await startPeer(name, config(sink.url, storm))
  // Begun only now: what began longer ago than group_wait is told at once.
  const bodies = batches(storm)
  const cpuBefore = cpuSecondsOf(peer.pid)
  const startMs = performance.now()
  const send = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const answer = await fetch(`${peer.base}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      })
      if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
  const acceptMs = performance.now() - startMs
  while (sink.told.size < storm.alerts) {
    if (performance.now() - startMs > 300_000)
      throw new Error(`${name}: told of ${sink.told.size} of ${storm.alerts} alerts`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const notifyMs = performance.now() - startMs
  const cpuMs = (cpuSecondsOf(peer.pid) - cpuBefore) * 1000
  const mib = peakMib(peer.pid)
  await peer.stop()
  sink.close()
  // One message more for a group whose alerts came while it was being told.
  if (sink.messages > 2 * storm.groups)
    throw new Error(`${name}: ${sink.messages} messages for ${storm.groups} groups`)
  return { acceptMs, notifyMs, cpuMs, mib }
}

function line(name: string, all: readonly Weathered[]): string {
  const of = (pick: (one: Weathered) => number): string => median(all.map(pick)).toFixed(0)
  return `${name}: accepted in ${of((s) => s.acceptMs)} ms, all told after ${of((s) => s.notifyMs)} ms, ${of((s) => s.cpuMs)} ms CPU, ${of((s) => s.mib)} MiB at most`
}

export const bench: Bench = {
  question: 'How does the alert manager bear 50,000 alerts in 10,000 groups at once?',
  async run(size: Size) {
    const storm =
      size === 'smoke'
        ? { alerts: 500, groups: 100, groupWaitMs: 500 }
        : { alerts: 50_000, groups: 10_000, groupWaitMs: 10_000 }
    const rounds = size === 'smoke' ? 1 : 3
    const ours: Weathered[] = []
    const theirs: Weathered[] = []
    for (let i = 0; i < rounds; i++) {
      ours.push(await weather('pharos-alertmanager', storm))
      if (hasAlertmanager && size === 'full') theirs.push(await weather('alertmanager', storm))
    }
    if (theirs.length === 0) return [line('pharos', ours), 'alertmanager is not measured here']
    const ratio = (pick: (one: Weathered) => number): string =>
      (median(ours.map(pick)) / median(theirs.map(pick))).toFixed(2)
    return [
      line('pharos', ours),
      line('alertmanager', theirs),
      `ratios: accept ${ratio((s) => s.acceptMs)}, tell ${ratio((s) => s.notifyMs)}, CPU ${ratio((s) => s.cpuMs)}, memory ${ratio((s) => s.mib)} (medians of ${rounds}, interleaved)`,
    ]
  },
}
