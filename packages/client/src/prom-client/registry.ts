// The Registry of prom-client 15: same methods, same text.
import type { MetricLike, MetricObject, MetricValue } from './values.ts'

export type PrometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'
export type OpenMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
export type RegistryContentType = PrometheusContentType | OpenMetricsContentType

export const prometheusContentType: PrometheusContentType =
  'text/plain; version=0.0.4; charset=utf-8'
export const openMetricsContentType: OpenMetricsContentType =
  'application/openmetrics-text; version=1.0.0; charset=utf-8'

export class Registry<T extends RegistryContentType = RegistryContentType> {
  static readonly PROMETHEUS_CONTENT_TYPE: PrometheusContentType = prometheusContentType
  static readonly OPENMETRICS_CONTENT_TYPE: OpenMetricsContentType = openMetricsContentType

  readonly #metrics = new Map<string, MetricLike>()
  #defaultLabels: Readonly<Record<string, string | number>> = {}
  #contentType: RegistryContentType

  constructor(contentType: RegistryContentType = prometheusContentType) {
    this.#contentType = checkedContentType(contentType, TypeError)
  }

  /** @throws Error when the registries have different content types, or one name means two metrics */
  static merge(registers: readonly Registry[]): Registry {
    const contentType = registers[0]?.contentType ?? prometheusContentType
    if (registers.some((one) => one.contentType !== contentType)) {
      throw new Error('Registers can only be merged if they have the same content type')
    }
    const merged = new Registry(contentType)
    for (const registry of registers) {
      for (const metric of registry.getMetricsAsArray()) merged.registerMetric(metric)
    }
    return merged
  }

  get contentType(): T {
    return this.#contentType as T // What the constructor or `setContentType` was given.
  }

  /** @throws Error when it is neither of the two */
  setContentType(contentType: RegistryContentType): void {
    this.#contentType = checkedContentType(contentType, Error)
  }

  async metrics(): Promise<string> {
    const texts = await Promise.all(this.getMetricsAsArray().map((one) => this.#textOf(one)))
    return this.#isOpen ? `${texts.join('\n')}\n# EOF\n` : `${texts.join('\n\n')}\n`
  }

  /** @throws Error when another metric has the name */
  registerMetric(metric: MetricLike): void {
    const known = this.#metrics.get(metric.name)
    if (known !== undefined && known !== metric) {
      throw new Error(`A metric with the name ${metric.name} has already been registered.`)
    }
    this.#metrics.set(metric.name, metric)
  }

  clear(): void {
    this.#metrics.clear()
    this.#defaultLabels = {}
  }

  resetMetrics(): void {
    for (const metric of this.#metrics.values()) metric.reset?.()
  }

  async getMetricsAsJSON(): Promise<MetricObject[]> {
    const all = await Promise.all(this.getMetricsAsArray().map(async (metric) => metric.get()))
    return all.map((one) => ({
      ...one,
      values: one.values.map((each) => ({ ...each, labels: this.#withDefaults(each.labels) })),
    }))
  }

  getMetricsAsArray(): MetricLike[] {
    return [...this.#metrics.values()]
  }

  removeSingleMetric(name: string): void {
    this.#metrics.delete(name)
  }

  getSingleMetric(name: string): MetricLike | undefined {
    return this.#metrics.get(name)
  }

  /** @throws Error when there is no such metric */
  async getSingleMetricAsString(name: string): Promise<string> {
    const metric = this.#metrics.get(name)
    if (metric === undefined) throw new Error(`there is no metric named ${name}`)
    return this.#textOf(metric)
  }

  setDefaultLabels(labels: Readonly<Record<string, string | number>>): void {
    this.#defaultLabels = labels
  }

  get #isOpen(): boolean {
    return this.#contentType === openMetricsContentType
  }

  #withDefaults(labels: MetricValue['labels']): MetricValue['labels'] {
    return { ...labels, ...this.#defaultLabels, ...labels }
  }

  async #textOf(metric: MetricLike): Promise<string> {
    const { name: full, help, type, values } = await metric.get()
    const isOpenCounter = this.#isOpen && type === 'counter'
    const name = escaped(isOpenCounter ? full.replace(/_total$/, '') : full)
    const lines = [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`]
    for (const { metricName = name, labels, value, exemplar } of values) {
      const pairs = pairsOf(this.#withDefaults(labels))
      const sample = isOpenCounter ? `${metricName}_total` : metricName
      let line = `${sample}${pairs === '' ? '' : `{${pairs}}`} ${numberText(value)}`
      if (this.#isOpen && exemplar !== undefined && exemplar !== null) {
        line += ` # {${pairsOf(exemplar.labelSet)}} ${numberText(exemplar.value)} ${exemplar.timestamp}`
      }
      lines.push(line)
    }
    return lines.join('\n')
  }
}

function checkedContentType(
  contentType: RegistryContentType,
  Kind: ErrorConstructor | TypeErrorConstructor,
): RegistryContentType {
  if (contentType === prometheusContentType || contentType === openMetricsContentType) {
    return contentType
  }
  throw new Kind(`Content type ${String(contentType)} is unsupported`)
}

function pairsOf(labels: Readonly<Record<string, string | number>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(String(value)).replaceAll('"', '\\"')}"`)
    .join(',')
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** prom-client writes Nan; every reader takes that as NaN. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'Nan'
  if (Number.isFinite(value)) return String(value)
  return value < 0 ? '-Inf' : '+Inf'
}
