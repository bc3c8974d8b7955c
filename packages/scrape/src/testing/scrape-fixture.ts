import { PLAIN_HTTP_CLIENT } from '@pharos/base'
import { NO_BACKENDS } from '@pharos/config'
import type { ScrapeSettings } from '@pharos/config'
import type { Appender } from '@pharos/tsdb'
import type { ScrapeStats } from '../scrape-stats.ts'
import type { WriterContext } from '../writer-context.ts'
import type { Connection } from '@pharos/base'
import type { SimNet } from '@pharos/base/sim'
import { BodyTemplates } from '@pharos/exposition'
import { createKernel } from '@pharos/kernel'
import type { Discoverer, TargetGroup } from '@pharos/model'
import { Labels } from '@pharos/model'

export function bodyTemplates(): BodyTemplates {
  return new BodyTemplates(createKernel())
}

/** A job as the configuration's defaults make it, except for what a test says. */
export function jobSettings(changed: Partial<ScrapeSettings> = {}): ScrapeSettings {
  return {
    jobName: 'job',
    scrapeIntervalMs: 10_000,
    scrapeTimeoutMs: 5_000,
    metricsPath: '/metrics',
    scheme: 'http',
    params: [],
    honorLabels: false,
    honorTimestamps: true,
    trackTimestampsStaleness: false,
    enableCompression: true,
    scrapeProtocols: [
      'OpenMetricsText1.0.0',
      'OpenMetricsText0.0.1',
      'PrometheusText1.0.0',
      'PrometheusText0.0.4',
    ],
    fallbackScrapeProtocol: undefined,
    bodySizeLimitBytes: 0,
    sampleLimit: 0,
    labelLimit: 0,
    labelNameLengthLimit: 0,
    labelValueLengthLimit: 0,
    targetLimit: 0,
    keepDroppedTargets: 0,
    nativeHistograms: false,
    alwaysClassicHistograms: false,
    convertClassicHistograms: false,
    nativeHistogramBucketLimit: 0,
    nativeHistogramMinBucketFactor: 0,
    extraScrapeMetrics: false,
    failureLogFile: '',
    quarantine: { maxSeries: 0, maxChurn: 0, cooldownMs: 600_000 },
    http: PLAIN_HTTP_CLIENT,
    relabelRules: [],
    metricRelabelRules: [],
    staticGroups: [],
    fileDiscoveries: [],
    etcdDiscoveries: [],
    backends: NO_BACKENDS,
    ...changed,
  }
}

/** Finds what a test tells it to. */
export class FakeDiscoverer implements Discoverer {
  #found: ((groups: readonly TargetGroup[]) => void) | undefined
  readonly #first: readonly string[] | undefined
  readonly identity?: string

  /** @param first  addresses found at once; undefined: silent until `find` */
  constructor(first?: readonly string[], identity?: string) {
    this.#first = first
    if (identity !== undefined) this.identity = identity
  }

  run(found: (groups: readonly TargetGroup[]) => void, signal: AbortSignal): Promise<void> {
    this.#found = found
    if (this.#first !== undefined) this.find(this.#first)
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve())
    })
  }

  find(addresses: readonly string[], labels: Readonly<Record<string, string>> = {}): void {
    const targets = addresses.map((address) => Labels.from({ __address__: address }))
    this.#found!([{ source: '0', targets, labels: Labels.from(labels) }])
  }
}

interface SimAnswer {
  readonly status?: string
  readonly contentType?: string
  readonly body: string | Uint8Array
}

/** An exporter on the simulated net: answers each request by `answer`; undefined leaves it hanging. */
export function serveMetrics(
  net: SimNet,
  address: string,
  answer: (request: string) => SimAnswer | string | undefined,
): void {
  net.register(address, (connection: Connection) => {
    connection.listen({
      data: (bytes) => {
        const given = answer(Buffer.from(bytes).toString('latin1'))
        if (given === undefined) return
        const { status, contentType, body } =
          typeof given === 'string' ? ({ body: given } as SimAnswer) : given
        const content = typeof body === 'string' ? Buffer.from(body) : body
        connection.write(
          Buffer.concat([
            Buffer.from(
              `HTTP/1.1 ${status ?? '200 OK'}\r\nContent-Type: ${contentType ?? 'text/plain; version=0.0.4'}\r\n` +
                `Content-Length: ${content.length}\r\n\r\n`,
            ),
            content,
          ]),
        )
      },
      end: () => connection.destroy(),
      closed: () => {},
    })
  })
}

/** What a writer wants besides its target; no feature is on. */
export function writerContext(
  appender: Appender,
  stats: ScrapeStats,
  templates: BodyTemplates,
): WriterContext {
  const features = { typeAndUnitLabels: false, createdTimestamps: false }
  return { appender, stats, templates, features }
}
