// All services of the demo and their traffic, started and stopped together.
import { createHttpClient } from '@pharos/http'
import { startCourseServer } from './course-server.ts'
import { startInbox } from './inbox.ts'
import { startMonitor } from './monitor-service.ts'
import type { DemoService, DemoWorld } from './service-page.ts'
import { startShop } from './shop.ts'
import { startTraffic } from './traffic.ts'

export interface DemoOptions extends DemoWorld {
  /** Of the fourth seed's server. Default `:8083`. */
  readonly courseAddress?: string
  /** Requests at once to the fourth seed's server. Default 100. */
  readonly courseWorkers?: number
}

export interface Demo {
  /** Port of the fourth seed's server. */
  readonly coursePort: number
  /** Of the mail server whose mails its `/inbox` shows. */
  readonly smtpPort: number
  close(): Promise<void>
}

/** Of the fourth seed's requests so many of 100 go to the first handler. @source seeds/003 */
const FIRST_SHARE = 0.6
/** One in so many orders is for a user that does not exist. */
const USER_IDS = 100

/** @throws UserError `http/address-in-use` when the fourth seed's port is taken */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { clock, random } = options
  const inbox = await startInbox(clock)
  const course = await startCourseServer(options, options.courseAddress ?? ':8083', inbox).catch(
    async (error: unknown) => {
      await inbox.close()
      throw error
    },
  )
  const ends = new AbortController()
  const services: DemoService[] = []
  const client = createHttpClient(options)
  const traffic: Promise<void>[] = []
  const close = async (): Promise<void> => {
    ends.abort()
    await Promise.all(traffic)
    await Promise.all(services.map((one) => one.close()))
    client.close()
    await course.close()
    await inbox.close()
  }
  try {
    const monitor = await startMonitor(options)
    services.push(monitor)
    const shop = await startShop(options)
    services.push(shop)
    const base = {
      client,
      random,
      log: options.log,
      sleep: (ms: number, signal: AbortSignal) => clock.sleep(ms, signal),
    }
    const courseUrl = `http://127.0.0.1:${course.port}`
    const first = (): string => `${courseUrl}/handler${random.next() < FIRST_SHARE ? 1 : 2}`
    const ping = (): string => `${monitor.url}${random.next() < 0.95 ? '/ping' : '/metric'}`
    const order = (): string => `${shop.url}/orders/${1 + Math.floor(random.next() * USER_IDS)}`
    traffic.push(
      startTraffic(
        { ...base, workers: options.courseWorkers ?? 100, next: first, pauseMs: 0 },
        ends.signal,
      ),
      startTraffic({ ...base, workers: 2, next: ping, pauseMs: 250 }, ends.signal),
      startTraffic({ ...base, workers: 4, next: order, pauseMs: 100 }, ends.signal),
    )
  } catch (error) {
    await close()
    throw error
  }
  return { coursePort: course.port, smtpPort: inbox.port, close }
}

/** What the demo's server scrapes besides itself: sections for `scrape_configs`. */
export function demoScrapes(coursePort: number, registryUrl: string): string {
  return `  - job_name: demo
    static_configs:
      - targets: ['localhost:${coursePort}']
  - job_name: dynamic_services
    etcd_sd_configs:
      - endpoints: ['${registryUrl}']
        prefix: /service/
    relabel_configs:
      - source_labels: [__meta_service_name]
        target_label: service
`
}
