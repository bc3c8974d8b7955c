// OpenTelemetry's metrics as series:
//
//   sum, gauge              one series            monotonic sums are counters
//   histogram               _bucket, _sum, _count; or one native histogram with custom buckets
//   exponential histogram   one native histogram
//   summary                 quantiles, _sum, _count
//   resource                job and instance; all else as labels of target_info
//
// @source Prometheus' otlptranslator/prometheusremotewrite; the OpenTelemetry compatibility specification

import { ProtoWriter } from '@pharos/base'
import type { OtlpSettings } from '@pharos/config'
import {
  compareText,
  formatShortest,
  Labels,
  METRIC_NAME,
  type Metadata,
  type MetricType,
  STALE,
} from '@pharos/model'
import type { WriteSink } from '../write-request.ts'
import { customBuckets, nativeHistogram } from './otlp-histograms.ts'
import { labelName, metricName, type NamedType } from './otlp-names.ts'
import type {
  AnyValue,
  HistogramPoint,
  KeyValue,
  NumberPoint,
  OtlpExemplar,
  OtlpMetric,
  OtlpRequest,
  OtlpScope,
  ResourceMetrics,
  SummaryPoint,
} from './otlp-message.ts'

/** Points that cannot be series, and why: the first reason. */
export interface OtlpRejects {
  points: number
  reason: string
}

const DELTA = 1
/** The point says that there is no value. */
const NO_VALUE = 1

type Pairs = readonly (readonly [string, string])[]

interface Origin {
  /** Labels of every series of the resource. */
  readonly resource: Pairs
  readonly scope: Pairs
}

/** Hands the series of a request to `sink`. @returns what was left out */
export function writeOtlp(
  request: OtlpRequest,
  settings: OtlpSettings,
  sink: WriteSink,
): OtlpRejects {
  const translator = new Translator(settings, sink)
  for (const resource of request.resourceMetrics) translator.resource(resource)
  return translator.rejects
}

class Translator {
  readonly rejects: OtlpRejects = { points: 0, reason: '' }
  readonly #settings: OtlpSettings
  readonly #sink: WriteSink
  readonly #out = new ProtoWriter(4096)
  /** Newest point of the resource, ms. */
  #latestMs = 0

  constructor(settings: OtlpSettings, sink: WriteSink) {
    this.#settings = settings
    this.#sink = sink
  }

  resource({ resource, scopeMetrics }: ResourceMetrics): void {
    const attributes = new Map(resource.attributes.map(({ key, value }) => [key, valueText(value)]))
    const identity = identityOf(attributes)
    this.#latestMs = 0
    for (const { scope, metrics, schemaUrl } of scopeMetrics) {
      const origin = {
        resource: [...this.#promoted(resource.attributes), ...identity],
        scope: this.#scopePairs(scope, schemaUrl),
      }
      for (const metric of metrics) this.#metric(metric, origin)
    }
    this.#targetInfo(resource.attributes, identity)
  }

  #metric(metric: OtlpMetric, origin: Origin): void {
    const { gauge, sum, histogram, exponentialHistogram, summary } = metric
    const { name, unit, description } = metric
    const all = gauge ?? sum ?? histogram ?? exponentialHistogram ?? summary
    const count = all?.dataPoints.length ?? 0
    if (name === '' || count === 0) return this.#reject(count, 'a metric has no name')
    const temporal = sum ?? histogram ?? exponentialHistogram
    if (temporal?.aggregationTemporality === DELTA)
      return this.#reject(
        count,
        `invalid temporality and type combination for metric "${name}": delta temporality is not supported`,
      )
    const isCounter = sum?.isMonotonic === true
    const isGauge = gauge !== undefined || (sum !== undefined && !isCounter)
    const named: NamedType = isCounter ? 'counter' : isGauge ? 'gauge' : 'other'
    const full = metricName(name, unit, named, this.#settings)
    const type: MetricType = isCounter
      ? 'counter'
      : isGauge
        ? 'gauge'
        : summary === undefined
          ? 'histogram'
          : 'summary'
    const metadata: Metadata = { type, help: description, unit }
    this.#sink.metadata(full, metadata)
    for (const point of gauge?.dataPoints ?? sum?.dataPoints ?? [])
      this.#number(full, point, origin)
    for (const point of histogram?.dataPoints ?? []) this.#histogram(full, point, origin)
    for (const point of exponentialHistogram?.dataPoints ?? []) {
      const native = nativeHistogram(point)
      if (typeof native === 'string') this.#reject(1, native)
      else this.#native(full, point, native, origin)
    }
    for (const point of summary?.dataPoints ?? []) this.#summary(full, point, origin)
  }

  #number(name: string, point: NumberPoint, origin: Origin): void {
    const value = point.asDouble ?? point.asInt ?? 0
    const isWanted = this.#sample(name, point, origin, [], value)
    if (isWanted) for (const one of point.exemplars) this.#exemplar(one)
  }

  #histogram(name: string, point: HistogramPoint, origin: Origin): void {
    const { bucketCounts, explicitBounds, count, sum } = point
    if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1)
      return this.#reject(
        1,
        `histogram "${name}" has ${bucketCounts.length} buckets for ${explicitBounds.length} bounds`,
      )
    if (this.#settings.convertsHistograms)
      return this.#native(name, point, customBuckets(point), origin)
    if (sum !== undefined) this.#sample(`${name}_sum`, point, origin, [], sum)
    this.#sample(`${name}_count`, point, origin, [], count)
    const exemplars = [...point.exemplars].sort((a, b) => valueOf(a) - valueOf(b))
    let [total, next] = [0, 0]
    explicitBounds.forEach((bound, i) => {
      total += bucketCounts[i] ?? 0
      const le = [['le', formatShortest(bound)]] as const
      if (!this.#sample(`${name}_bucket`, point, origin, le, total)) return
      for (; next < exemplars.length && valueOf(exemplars[next]!) <= bound; next++)
        this.#exemplar(exemplars[next]!)
    })
    if (this.#sample(`${name}_bucket`, point, origin, [['le', '+Inf']], count))
      for (const one of exemplars.slice(next)) this.#exemplar(one)
  }

  #native(
    name: string,
    point: Pick<HistogramPoint, 'attributes' | 'timeUnixNano' | 'flags' | 'exemplars'>,
    native: ReturnType<typeof customBuckets>,
    origin: Origin,
  ): void {
    if ((point.flags & NO_VALUE) !== 0) {
      this.#sample(name, point, origin, [], STALE)
      return
    }
    if (!this.#series(name, point, origin, [])) return
    this.#sink.histogram(point.timeUnixNano, native)
    for (const one of point.exemplars) this.#exemplar(one)
  }

  #summary(name: string, point: SummaryPoint, origin: Origin): void {
    this.#sample(`${name}_sum`, point, origin, [], point.sum)
    this.#sample(`${name}_count`, point, origin, [], point.count)
    for (const { quantile, value } of point.quantileValues)
      this.#sample(name, point, origin, [['quantile', formatShortest(quantile)]], value)
  }

  /** @returns whether the series is wanted */
  #sample(
    name: string,
    point: Pick<NumberPoint, 'attributes' | 'timeUnixNano' | 'flags'>,
    origin: Origin,
    more: Pairs,
    value: number,
  ): boolean {
    if (!this.#series(name, point, origin, more)) return false
    this.#sink.sample(point.timeUnixNano, (point.flags & NO_VALUE) === 0 ? value : STALE)
    return true
  }

  #series(
    name: string,
    point: Pick<NumberPoint, 'attributes' | 'timeUnixNano'>,
    { resource, scope }: Origin,
    more: Pairs,
  ): boolean {
    this.#latestMs = Math.max(this.#latestMs, point.timeUnixNano)
    const labels = new Map<string, string>()
    // Of one name the last one counts: a point's own attributes go before those of its resource, identity before all.
    const promoted = resource.filter(([key]) => key !== 'job' && key !== 'instance')
    for (const [key, value] of [...scope, ...promoted]) labels.set(key, value)
    for (const [key, value] of this.#joined(point.attributes)) labels.set(key, value)
    for (const [key, value] of resource) {
      if (key === 'job' || key === 'instance') labels.set(key, value)
    }
    for (const [key, value] of more) labels.set(key, value)
    labels.set(METRIC_NAME, name)
    return this.#begin(labels)
  }

  #begin(labels: ReadonlyMap<string, string>): boolean {
    const out = this.#out
    out.clear()
    for (const name of [...labels.keys()].sort(compareText)) {
      out.message(1, () => {
        out.text(1, name)
        out.text(2, labels.get(name)!)
      })
    }
    return this.#sink.series(out.bytes(), 0, out.length)
  }

  #exemplar(exemplar: OtlpExemplar): void {
    const { traceId, spanId, filteredAttributes, timeUnixNano } = exemplar
    const pairs: [string, string][] = []
    if (traceId !== '') pairs.push(['trace_id', traceId])
    if (spanId !== '') pairs.push(['span_id', spanId])
    for (const [key, value] of this.#joined(filteredAttributes)) pairs.push([key, value])
    const kept = runes(pairs) <= EXEMPLAR_RUNES ? pairs : pairs.slice(0, 2)
    const value = valueOf(exemplar)
    this.#sink.exemplar({ labels: Labels.of(kept), value, timestampMs: timeUnixNano })
  }

  /** Attributes whose names become the same label are one, their values joined in the order of their keys. */
  #joined(attributes: readonly KeyValue[]): Map<string, string> {
    const labels = new Map<string, string>()
    for (const { key, value } of attributes.toSorted((a, b) => compareText(a.key, b.key))) {
      const name = labelName(key, this.#settings)
      if (name === '') continue
      const text = valueText(value)
      const known = labels.get(name)
      labels.set(name, known === undefined ? text : `${known};${text}`)
    }
    return labels
  }

  #promoted(attributes: readonly KeyValue[]): Pairs {
    const { promotesAllResourceAttributes, promotedResourceAttributes, ignoredResourceAttributes } =
      this.#settings
    const wanted = attributes.filter(({ key }) =>
      promotesAllResourceAttributes
        ? !ignoredResourceAttributes.includes(key)
        : promotedResourceAttributes.includes(key),
    )
    return [...this.#joined(wanted)]
  }

  #scopePairs({ name, version, attributes }: OtlpScope, schemaUrl: string): Pairs {
    if (!this.#settings.promotesScope) return []
    const pairs: [string, string][] = [
      ['otel_scope_name', name],
      ['otel_scope_version', version],
      ['otel_scope_schema_url', schemaUrl],
    ]
    const own = attributes.map((one) => ({ ...one, key: `otel_scope_${one.key}` }))
    return [...pairs, ...this.#joined(own)]
  }

  /** Only of a resource that says who it is, and that says more than that. */
  #targetInfo(attributes: readonly KeyValue[], identity: Pairs): void {
    const { keepsIdentifyingAttributes } = this.#settings
    if (identity.length === 0 || this.#latestMs === 0) return
    const said = attributes.filter(
      ({ key }) => keepsIdentifyingAttributes || !IDENTIFYING.includes(key),
    )
    if (attributes.every(({ key }) => IDENTIFYING.includes(key))) return
    const labels = new Map([...this.#joined(said), ...identity, [METRIC_NAME, 'target_info']])
    this.#sink.metadata('target_info', { type: 'gauge', help: 'Target metadata', unit: '' })
    if (this.#begin(labels)) this.#sink.sample(this.#latestMs, 1)
  }

  #reject(points: number, reason: string): void {
    if (points === 0) return
    this.rejects.points += points
    if (this.rejects.reason === '') this.rejects.reason = reason
  }
}

const IDENTIFYING: readonly string[] = ['service.name', 'service.namespace', 'service.instance.id']
/** Most that an exemplar's labels may have together. @source OpenMetrics 1.0 */
const EXEMPLAR_RUNES = 128

function identityOf(attributes: ReadonlyMap<string, string>): Pairs {
  const pairs: [string, string][] = []
  const name = attributes.get('service.name')
  const namespace = attributes.get('service.namespace')
  const instance = attributes.get('service.instance.id')
  if (name !== undefined)
    pairs.push(['job', namespace === undefined ? name : `${namespace}/${name}`])
  if (instance !== undefined) pairs.push(['instance', instance])
  return pairs
}

function valueOf({ asDouble, asInt }: OtlpExemplar): number {
  return asDouble ?? asInt ?? 0
}

function runeCount(text: string): number {
  return Array.from(text).length
}

function runes(pairs: Pairs): number {
  return pairs.reduce((sum, [name, value]) => sum + runeCount(name) + runeCount(value), 0)
}

/** As text, lists and maps as JSON. @source pcommon.Value.AsString */
function valueText(value: AnyValue): string {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue } = value
  if (stringValue !== undefined) return stringValue
  if (boolValue !== undefined) return String(boolValue)
  if (intValue !== undefined) return intValue
  if (doubleValue !== undefined) return formatShortest(doubleValue)
  if (bytesValue !== undefined) return bytesValue
  const plain = plainValue(value)
  return plain === null ? '' : JSON.stringify(plain)
}

function plainValue(value: AnyValue): unknown {
  const { arrayValue, kvlistValue, intValue } = value
  if (arrayValue !== undefined) return arrayValue.values.map(plainValue)
  if (kvlistValue !== undefined)
    return Object.fromEntries(kvlistValue.values.map((one) => [one.key, plainValue(one.value)]))
  if (intValue !== undefined) return Number(intValue)
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null
}
