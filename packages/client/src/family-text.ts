// A family as text. What the lines of all series have in common, names and bounds, is escaped once for a page.
import { exemplarText } from './exemplars.ts'
import {
  type Escaping,
  escapedName,
  isLegacyLabelName,
  isLegacyMetricName,
  type TextFormat,
} from './format.ts'
import { formatNumber, formatOpenMetricsNumber } from './go-number.ts'
import type { Description, Labels, MetricType, SeriesSnapshot } from './snapshot.ts'
import { escapedValue, PageWriter } from './page-writer.ts'

/** One line of a series: what comes after the family's name, and a label of its own (`le`, `quantile`, a state). */
export interface LineKind {
  readonly suffix: string
  readonly label?: readonly [name: string, value: number | string]
}

/** A step has about this many lines: between steps the event loop may turn. */
const LINES_PER_STEP = 64

/**
 * The lines that head a family.
 * @source expfmt MetricFamilyToText, MetricFamilyToOpenMetrics
 */
export function familyHead(family: Description, format: TextFormat): string {
  const isOpen = format.kind === 'openmetrics'
  const [name, word] = isOpen ? openMetricsName(family) : [family.name, classicType(family.type)]
  const shown = quotedUnlessLegacy(escapedName(name, format.escaping))
  const unit =
    isOpen && family.unit !== undefined && family.unit !== ''
      ? `# UNIT ${shown} ${family.unit}\n`
      : ''
  return `# HELP ${shown} ${escapedHelp(family.help, isOpen)}\n# TYPE ${shown} ${word}\n${unit}`
}

/** OpenMetrics names families without the suffix of their type, and calls a counter that lacks it unknown. */
function openMetricsName({ name, type }: Description): [name: string, word: string] {
  if (type === 'counter')
    return name.endsWith('_total') ? [name.slice(0, -6), type] : [name, 'unknown']
  return type === 'info' ? [name.slice(0, -5), type] : [name, type]
}

function classicType(type: MetricType): string {
  if (type === 'unknown') return 'untyped'
  return type === 'info' || type === 'stateset' ? 'gauge' : type
}

/** A family in one string. */
export function textOf(
  family: { write(out: PageWriter, format: TextFormat): Iterable<undefined> },
  format: TextFormat,
): string {
  const out = new PageWriter()
  const writing = family.write(out, format)[Symbol.iterator]()
  while (writing.next().done !== true);
  return new TextDecoder().decode(out.take())
}

/** `name_suffix{a="b",le="1"} `, ready for the value. */
function linePrefix(name: string, labels: Labels, kind: LineKind, format: TextFormat): string {
  const { before, after } = lineFrame(name, kind, labels.length > 0, format)
  const pairs = labels.map(
    ([label, value]) => `${labelStart(label, format.escaping)}${escapedValue(value)}"`,
  )
  return before + pairs.join(',') + after
}

/** Of a counter `x_total` the line of its beginning is `x_created`. */
function baseName(name: string, kind: LineKind): string {
  return kind.suffix === '_created' && name.endsWith('_total') ? name.slice(0, -6) : name
}

function ownPair([label, value]: readonly [string, number | string], format: TextFormat): string {
  if (typeof value === 'string')
    return `${labelStart(label, format.escaping)}${escapedValue(value)}"`
  const text = format.kind === 'openmetrics' ? formatOpenMetricsNumber(value) : formatNumber(value)
  return `${label}="${text}"`
}

/**
 * Writes a whole family from its data, for families that no metric of ours holds, in steps of some lines each.
 * @source expfmt MetricFamilyToText, MetricFamilyToOpenMetrics
 */
export function* writeSnapshots(
  out: PageWriter,
  family: Description,
  series: Iterable<SeriesSnapshot>,
  format: TextFormat,
): Generator<undefined> {
  const isOpen = format.kind === 'openmetrics'
  const print = isOpen ? formatOpenMetricsNumber : formatNumber
  let lines = 0
  for (const one of series) {
    if (lines === 0) out.text(familyHead(family, format))
    const before = lines
    for (const { kind, value, exemplar } of linesOf(one, isOpen && format.hasCreated === true)) {
      const shown = isOpen ? exemplarText(exemplar) : ''
      out.text(`${linePrefix(family.name, one.labels, kind, format)}${print(value)}${shown}\n`)
      lines++
    }
    if (isStep(before, lines)) yield
  }
}

/** Whether a step of lines came to its end between two counts of them. */
export function isStep(before: number, after: number): boolean {
  return Math.floor(after / LINES_PER_STEP) !== Math.floor(before / LINES_PER_STEP)
}

interface Line {
  readonly kind: LineKind
  readonly value: number
  readonly exemplar?: SeriesSnapshot['exemplar']
}

/** Every line of a series. */
export function linesOf(one: SeriesSnapshot, hasCreated: boolean): Line[] {
  const { histogram, summary } = one
  const lines: Line[] = []
  if (histogram !== undefined) {
    const isWhole = histogram.buckets.at(-1)?.upperBound === Infinity
    const last = isWhole
      ? []
      : [{ upperBound: Infinity, count: histogram.count, exemplar: undefined }]
    for (const { upperBound, count, exemplar } of [...histogram.buckets, ...last]) {
      lines.push({ kind: { suffix: '_bucket', label: ['le', upperBound] }, value: count, exemplar })
    }
  } else if (summary !== undefined) {
    for (const { quantile, value } of summary.quantiles) {
      lines.push({ kind: { suffix: '', label: ['quantile', quantile] }, value })
    }
  } else {
    lines.push({ kind: { suffix: '' }, value: one.value ?? NaN, exemplar: one.exemplar })
  }
  const totals = histogram ?? summary
  if (totals !== undefined) {
    lines.push({ kind: { suffix: '_sum' }, value: totals.sum })
    lines.push({ kind: { suffix: '_count' }, value: totals.count })
  }
  if (hasCreated && one.createdMs !== undefined) {
    lines.push({ kind: { suffix: '_created' }, value: one.createdMs / 1000 })
  }
  return lines
}

/** A line around the labels of a series: `name{`, labels, `,le="1"} `. */
interface LineFrame {
  readonly before: string
  readonly after: string
}

/** @param hasLabels  whether series have labels besides those of the line */
export function lineFrame(
  name: string,
  kind: LineKind,
  hasLabels: boolean,
  format: TextFormat,
): LineFrame {
  const shown = escapedName(baseName(name, kind), format.escaping) + kind.suffix
  const isOld = isLegacyMetricName(shown)
  const own = kind.label === undefined ? '' : ownPair(kind.label, format)
  if (!hasLabels && own === '')
    return { before: isOld ? `${shown} ` : `{${quoted(shown)}} `, after: '' }
  return {
    before: isOld ? `${shown}{` : `{${quoted(shown)},`,
    after: `${hasLabels && own !== '' ? ',' : ''}${own}} `,
  }
}

/** `a="`, ready for the value. */
export function labelStart(name: string, escaping: Escaping): string {
  const shown = escapedName(name, escaping)
  return `${isLegacyLabelName(shown) ? shown : quoted(shown)}="`
}

function quotedUnlessLegacy(name: string): string {
  return isLegacyMetricName(name) ? name : quoted(name)
}

function quoted(name: string): string {
  return `"${escapedValue(name)}"`
}

function escapedHelp(help: string, isOpen: boolean): string {
  return isOpen ? escapedValue(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
