// A manager on a simulated clock, disk and net, and a webhook that notes what it is told.
import type { Connection } from '@pharos/base'
import type { SimWorld } from '@pharos/base/sim'
import { loadAlertmanagerConfig } from '@pharos/config'
import { Labels } from '@pharos/model'
import { AlertManager } from '../alert-manager.ts'

interface Got {
  readonly atMs: number
  readonly status: string
  readonly alerts: readonly { readonly status: string; readonly labels: Record<string, string> }[]
  readonly notification_reason: string
}

interface HookOptions {
  /** Answer from now on; 0: none. */
  status?: number
  readonly address?: string
  readonly latencyMs?: number
}

/** A webhook that notes what it gets and answers as it is told. */
export function hook(world: SimWorld, options: HookOptions = {}): Got[] {
  const got: Got[] = []
  const accept = (connection: Connection): void => {
    let text = ''
    connection.listen({
      data(bytes) {
        text += new TextDecoder().decode(bytes)
        const [head = '', body = ''] = text.split('\r\n\r\n')
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
        if (new TextEncoder().encode(body).length < length) return
        const { status = 200 } = options
        if (status === 200 && body !== '')
          got.push({ ...(JSON.parse(body) as Got), atMs: world.clock.monotonicMs() })
        text = ''
        if (status === 0) return
        const reply = `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`
        connection.write(new TextEncoder().encode(reply))
      },
      end() {},
      closed() {},
    })
  }
  world.net.register(options.address ?? 'hook:80', accept, { latencyMs: options.latencyMs ?? 0 })
  return got
}

/** Everything to one webhook, by the name of the alert. */
export const ROUTE = `
route:
  receiver: web
  group_by: [alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1h
receivers:
- name: web
  webhook_configs: [{url: 'http://hook/x'}]
`

export async function started(
  world: SimWorld,
  yaml: string = ROUTE,
  startDelayMs = 0,
): Promise<AlertManager> {
  const manager = await AlertManager.open({
    ...world,
    directory: '/am',
    externalUrl: 'http://am',
    userAgent: 'test',
    hostName: 'am.test',
    retentionMs: 120 * 3_600_000,
    historyRetentionMs: 30 * 86_400_000,
    maxSilences: 0,
    maxSilenceBytes: 0,
    startDelayMs,
  })
  await manager.apply(loadAlertmanagerConfig(yaml, { file: 'am.yml', baseDirectory: '/' }))
  return manager
}

/** One alert from now on. */
export function fire(
  manager: AlertManager,
  labels: Readonly<Record<string, string>>,
  forMs = 86_400_000,
): Promise<void> {
  const nowMs = manager.options.clock.now()
  return manager.send([
    {
      labels: Labels.from(labels),
      annotations: Labels.EMPTY,
      startsAtMs: nowMs,
      endsAtMs: nowMs + forMs,
      generatorUrl: '',
    },
  ])
}

/** `10 firing [1f 2r] reason`: seconds, status, alerts by their label `i`. */
export function shown(got: readonly Got[]): string[] {
  return got.map(({ atMs, status, alerts, notification_reason: reason }) => {
    const names = alerts.map((one) => `${one.labels['i'] ?? ''}${one.status[0]}`).join(' ')
    return `${Math.round(atMs / 1000)} ${status} [${names}] ${reason}`
  })
}
