// Delimited MetricFamily messages, walked as if they were lines. A series has no text of its own here, so one is
// written: `name{label="value"}`, and the spans of the cursor point into that.

import { ByteReader, messageOf, OutsideError, ProtoReader, UserError } from '@pharos/base'
import { formatOpenMetricsValue, goQuote, Labels, METRIC_NAME } from '@pharos/model'
import type { Exemplar, Metadata, NativeHistogram } from '@pharos/model'
import { Entry, type ExpositionCursor, type ExpositionOptions } from './cursor.ts'
import { isNative, nativeHistogram } from './protobuf-histogram.ts'
import { protoType, readFamily } from './protobuf-messages.ts'
import type {
  ProtoExemplar,
  ProtoFamily,
  ProtoHistogram,
  ProtoMetric,
} from './protobuf-messages.ts'
import { PARSE_ERROR, sortedPairs } from './series-text.ts'

interface ProtoEntry {
  readonly kind: Entry
  readonly start: number
  readonly end: number
  readonly family: ProtoFamily
  readonly metric: ProtoMetric | undefined
  /** `__name__` first. */
  readonly pairs: readonly string[]
  readonly value: number
  readonly histogram: NativeHistogram | undefined
  readonly exemplars: readonly ProtoExemplar[]
}

/** @source Prometheus 3.14 model/textparse/protobufparse.go; client_model metrics.proto */
export class ProtobufCursor implements ExpositionCursor {
  /** Text of all series; what `seriesStart` counts in. */
  readonly body: Uint8Array
  readonly #options: ExpositionOptions
  readonly #entries: ProtoEntry[] = []
  readonly #texts: string[] = []
  #length = 0
  #fault: Error | undefined
  #at = -1

  constructor(body: Uint8Array, options: ExpositionOptions) {
    this.#options = options
    this.#readAll(body)
    this.body = new TextEncoder().encode(this.#texts.join(''))
    this.#texts.length = 0
  }

  next(): Entry {
    this.#at++
    const entry = this.#entries[this.#at]
    if (entry !== undefined) return entry.kind
    this.#at = this.#entries.length
    if (this.#fault !== undefined) throw this.#fault
    return Entry.end
  }

  get seriesStart(): number {
    return this.#current.start
  }

  get seriesEnd(): number {
    return this.#current.end
  }

  get value(): number {
    return this.#current.value
  }

  get hasTimestamp(): boolean {
    return this.timestampMs !== 0
  }

  get timestampMs(): number {
    return this.#current.metric?.timestampMs ?? 0
  }

  labels(): Labels {
    const { pairs, family } = this.#current
    if (this.#options.typeAndUnitLabels !== true) return new Labels(sortedPairs([...pairs]))
    const own = pairs.filter((_, i) => {
      const name = pairs[i - (i % 2)]!
      return name !== '__type__' && name !== '__unit__'
    })
    const type = protoType(family)
    if (type !== 'unknown') own.push('__type__', type)
    if (family.unit !== '') own.push('__unit__', family.unit)
    return new Labels(sortedPairs(own))
  }

  emptyLabels(): readonly string[] {
    const { pairs } = this.#current
    return pairs.filter((_, i) => i % 2 === 0 && pairs[i + 1] === '')
  }

  exemplar(): Exemplar | undefined {
    return this.exemplars()[0]
  }

  exemplars(): readonly Exemplar[] {
    return this.#current.exemplars.map(({ labels, value, timestampMs }) => ({
      labels: new Labels(sortedPairs([...labels])),
      value,
      timestampMs,
    }))
  }

  histogram(): NativeHistogram | undefined {
    return this.#current.histogram
  }

  metadataName(): string {
    return this.#current.family.name
  }

  metadata(): Partial<Metadata> {
    const { kind, family } = this.#current
    if (kind === Entry.help) return { help: family.help ?? '' }
    return kind === Entry.unit ? { unit: family.unit } : { type: protoType(family) }
  }

  startTimestampMs(): number | undefined {
    return this.#current.metric?.createdMs
  }

  get #current(): ProtoEntry {
    return this.#entries[this.#at]!
  }

  /** What comes before a fault counts, as in the reference; the fault itself is thrown in its place. */
  #readAll(body: Uint8Array): void {
    let at = 0
    try {
      while (at < body.length) {
        const length = new ByteReader(body, at)
        const bytes = length.varint()
        const from = length.offset
        if (bytes > body.length - from)
          throw new UserError(PARSE_ERROR, 'protobufparse: incorrect message length')
        this.#takeFamily(readFamily(new ProtoReader(body, from, from + bytes)))
        at = from + bytes
      }
    } catch (error) {
      if (!(error instanceof OutsideError) && !(error instanceof UserError)) throw error
      this.#fault =
        error instanceof UserError
          ? error
          : new UserError(PARSE_ERROR, messageOf(error), { cause: error })
    }
  }

  #takeFamily(family: ProtoFamily): void {
    if (family.name === '' || !family.name.isWellFormed())
      throw new UserError(PARSE_ERROR, `invalid metric name: ${goQuote(family.name)}`)
    this.#push(Entry.help, family)
    this.#push(Entry.type, family)
    if (family.unit !== '') this.#push(Entry.unit, family)
    for (const metric of family.metrics) this.#takeMetric(family, metric)
  }

  #takeMetric(family: ProtoFamily, metric: ProtoMetric): void {
    const type = protoType(family)
    const isHistogram = type === 'histogram' || type === 'gaugehistogram'
    if (isHistogram && metric.histogram !== undefined)
      this.#takeHistogram(family, metric, metric.histogram)
    else if (type === 'summary' && metric.summary !== undefined) this.#takeSummary(family, metric)
    else if (!isHistogram && type !== 'summary' && metric.value !== undefined) {
      const exemplars = metric.exemplar === undefined ? [] : [metric.exemplar]
      this.#series(family, metric, family.name, [], metric.value, exemplars)
    } else {
      const name = goQuote(family.name)
      throw new UserError(PARSE_ERROR, `expected ${type} in metric ${name}`)
    }
  }

  #takeSummary(family: ProtoFamily, metric: ProtoMetric): void {
    const { count, sum, quantiles } = metric.summary!
    this.#series(family, metric, `${family.name}_count`, [], count)
    this.#series(family, metric, `${family.name}_sum`, [], sum)
    for (const { quantile, value } of quantiles)
      this.#series(family, metric, family.name, ['quantile', bound(quantile)], value)
  }

  #takeHistogram(family: ProtoFamily, metric: ProtoMetric, histogram: ProtoHistogram): void {
    const { nativeHistograms, classicHistograms } = this.#options
    const native = nativeHistograms === true && isNative(histogram)
    if (native) {
      const exemplars = [
        ...histogram.exemplars,
        ...(histogram.exemplars.length > 0
          ? []
          : histogram.buckets.flatMap(({ exemplar }) =>
              exemplar === undefined ? [] : [exemplar],
            )),
      ].filter(({ timestampMs }) => timestampMs !== undefined)
      const value = nativeHistogram(histogram, protoType(family) === 'gaugehistogram')
      this.#series(family, metric, family.name, [], 0, exemplars, value)
    }
    if (native && classicHistograms !== true) return
    const { name } = family
    this.#series(family, metric, `${name}_count`, [], histogram.count)
    this.#series(family, metric, `${name}_sum`, [], histogram.sum)
    let hasInfinity = false
    for (const { upperBound, cumulativeCount, exemplar } of histogram.buckets) {
      hasInfinity ||= upperBound === Infinity
      const le = ['le', bound(upperBound)]
      const exemplars = exemplar === undefined ? [] : [exemplar]
      this.#series(family, metric, `${name}_bucket`, le, cumulativeCount, exemplars)
    }
    if (!hasInfinity)
      this.#series(family, metric, `${name}_bucket`, ['le', '+Inf'], histogram.count)
  }

  #series(
    family: ProtoFamily,
    metric: ProtoMetric,
    name: string,
    more: readonly string[],
    value: number,
    exemplars: readonly ProtoExemplar[] = [],
    histogram?: NativeHistogram,
  ): void {
    const pairs = [METRIC_NAME, name, ...metric.labels, ...more]
    let text = `${name}{`
    for (let i = 2; i < pairs.length; i += 2)
      text += `${i === 2 ? '' : ','}${pairs[i]}=${JSON.stringify(pairs[i + 1])}`
    // A native histogram and the sum of a classic one may have the same labels; their texts have not.
    text += histogram === undefined ? '}' : ' }'
    const kind = histogram === undefined ? Entry.series : Entry.histogram
    this.#entry({ kind, family, metric, pairs, value, histogram, exemplars }, text)
  }

  #push(kind: Entry, family: ProtoFamily): void {
    const words = kind === Entry.help ? (family.help ?? '') : kind === Entry.unit ? family.unit : ''
    const text = `# ${kind} ${family.name} ${words} ${family.type}`
    const nothing = { metric: undefined, pairs: [], value: 0, histogram: undefined, exemplars: [] }
    this.#entry({ kind, family, ...nothing }, text)
  }

  #entry(entry: Omit<ProtoEntry, 'start' | 'end'>, text: string): void {
    const start = this.#length
    this.#length += utf8Length(text)
    this.#texts.push(text)
    this.#entries.push({ ...entry, start, end: this.#length })
  }
}

function bound(value: number): string {
  return formatOpenMetricsValue(value)
}

function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // A pair of surrogates is four bytes: two for each.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return bytes
}
