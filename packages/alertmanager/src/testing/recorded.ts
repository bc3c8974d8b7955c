// One receiver against servers that live in the test: what it is asked to tell, what went over the wire, what it made
// of the answer.
import { type SimWorld, simWorld } from '@pharos/base/sim'
import { loadAlertmanagerConfig } from '@pharos/config'
import { Labels } from '@pharos/model'
import { fingerprintOf, type StoredAlert } from '../alert.ts'
import { AlertManager } from '../alert-manager.ts'
import type { SendOutcome } from '../integration.ts'
import type { Notification } from '../notification.ts'

export interface RecordedRequest {
  /** `POST host:443/path?query`. */
  readonly line: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

interface Reply {
  readonly status?: number
  readonly type?: string
  readonly body?: string
  /** Never answers. */
  readonly isSilent?: boolean
}

/** @returns the requests that came in, the last one at the end */
function recorder(
  world: SimWorld,
  hosts: readonly string[],
  reply: (request: RecordedRequest, index: number) => Reply,
): RecordedRequest[] {
  const requests: RecordedRequest[] = []
  for (const host of hosts)
    world.net.register(host, (connection) => {
      let text = ''
      connection.listen({
        data(bytes) {
          text += Buffer.from(bytes).toString('latin1')
          const end = text.indexOf('\r\n\r\n')
          if (end < 0) return
          const [first = '', ...lines] = text.slice(0, end).split('\r\n')
          const headers = Object.fromEntries(
            lines.map((line) => [
              line.slice(0, line.indexOf(':')).toLowerCase(),
              line.slice(line.indexOf(':') + 1).trim(),
            ]),
          )
          const body = text.slice(end + 4)
          if (body.length < Number(headers['content-length'] ?? 0)) return
          text = ''
          const [method, path] = first.split(' ')
          const request = {
            line: `${method} ${host}${path}`,
            headers,
            text: Buffer.from(body, 'latin1').toString('utf8'),
          }
          requests.push(request)
          const answer = reply(request, requests.length - 1)
          if (answer.isSilent === true) return
          const sent = Buffer.from(answer.body ?? '')
          const head = `HTTP/1.1 ${answer.status ?? 200} X\r\nContent-Type: ${answer.type ?? 'application/json'}\r\nContent-Length: ${sent.length}\r\n\r\n`
          connection.write(Buffer.concat([Buffer.from(head), sent]))
        },
        end() {},
        closed() {},
      })
    })
  return requests
}

const START_MS = 1_767_225_600_000 // 2026-01-01T00:00:00Z

/** One alert that fires and one that has ended. */
export function alertOf(
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
  isResolved = false,
): StoredAlert {
  const set = Labels.from({ alertname: 'DiskFull', instance: 'db-1:9100', ...labels })
  return {
    labels: set,
    annotations: Labels.from({ summary: 'Disk is full', ...annotations }),
    startsAtMs: START_MS - 60_000,
    endsAtMs: isResolved ? START_MS - 1_000 : START_MS + 300_000,
    updatedAtMs: START_MS - 1_000,
    isTimeout: false,
    generatorUrl: 'http://prom/graph?g0.expr=up',
    fingerprint: fingerprintOf(set),
  }
}

interface Recorded {
  readonly outcome: SendOutcome
  readonly requests: readonly RecordedRequest[]
  /** The body of the last request. */
  readonly json: unknown
}

interface Occasion {
  readonly alerts?: readonly StoredAlert[]
  readonly kept?: Readonly<Record<string, string>>
  readonly hosts?: readonly string[]
  readonly reply?: (request: RecordedRequest, index: number) => Reply
  readonly global?: string
  /** Files that the configuration names. */
  readonly files?: Readonly<Record<string, string>>
  /** Messages one after the other through the same receiver. */
  readonly times?: number
}

/**
 * Sends one notification through the first integration of a receiver.
 * @param yaml  the receiver's keys: `slack_configs: [{…}]`
 */
export async function recorded(yaml: string, occasion: Occasion = {}): Promise<Recorded> {
  const world = simWorld({ startMs: START_MS })
  const hosts = occasion.hosts ?? ['receiver:80']
  const requests = recorder(world, hosts, occasion.reply ?? (() => ({ body: '{}' })))
  for (const [path, text] of Object.entries(occasion.files ?? {}))
    await world.disk.writeFileAtomic(path, new TextEncoder().encode(text))
  const manager = await managerWith(world, yaml, occasion.global)
  const integration = manager.integrationsOf('team')![0]!
  let outcome: SendOutcome | undefined
  for (let i = 0; i < (occasion.times ?? 1); i++) {
    const notification = notificationOf(manager, occasion.alerts, occasion.kept)
    outcome = undefined
    void integration.send(notification).then((one) => {
      outcome = one
    })
    await world.clock.advanceUntil(() => outcome !== undefined, 120_000)
  }
  await manager.close()
  const last = requests.at(-1)?.text ?? ''
  const json: unknown = /^[[{]/.test(last) ? JSON.parse(last) : undefined
  return { outcome: outcome!, requests, json }
}

/** A manager with one receiver, `team`. @param global  keys of the global section, as a flow mapping without braces */
export async function managerWith(
  world: SimWorld,
  yaml: string,
  global = '',
): Promise<AlertManager> {
  const manager = await AlertManager.open({
    ...world,
    directory: undefined,
    externalUrl: 'http://am',
    userAgent: 'Pharos/test',
    hostName: 'am.test',
    retentionMs: 3_600_000,
    historyRetentionMs: 3_600_000,
    maxSilences: 0,
    maxSilenceBytes: 0,
    startDelayMs: 0,
  })
  const text = `global: {${global}}\nroute: {receiver: team}\nreceivers:\n- name: team\n  ${yaml}\n`
  await manager.apply(loadAlertmanagerConfig(text, { file: 'am.yml', baseDirectory: '/' }))
  return manager
}

/** A first notification of a group, never aborted unless by `signal`. */
export function notificationOf(
  manager: AlertManager,
  alerts: readonly StoredAlert[] = [alertOf({})],
  kept: Readonly<Record<string, string>> = {},
  signal: AbortSignal = new AbortController().signal,
): Notification {
  const flush = {
    groupKey: '{}:{alertname="DiskFull"}',
    groupLabels: Labels.from({ alertname: 'DiskFull' }),
    route: manager.route,
    alerts,
    nowMs: manager.options.clock.now(),
    signal,
    timeoutMs: 120_000,
  }
  return manager.pipeline.notification(flush, 'first notification', kept, 'message-1')
}
