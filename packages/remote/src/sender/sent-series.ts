// A series as one remote endpoint is told of it: after external labels and write_relabel_configs, its labels encoded
// once for all samples.
import { ByteWriter } from '@pharos/base'
import { relabel, type RelabelRule } from '@pharos/config'
import type { Labels } from '@pharos/model'
import { LabelsBuilder } from '@pharos/model'

export interface SentSeries {
  readonly labels: Labels
  /** The `labels` fields of prometheus.TimeSeries. */
  readonly wire: Uint8Array
  /** Spreads series over lanes; the same over restarts. */
  readonly hash: number
}

/**
 * @returns undefined when a rule drops the series
 * @source storage/remote QueueManager.StoreSeries: external labels first where they are not set, then the rules
 */
export function sentSeries(
  labels: Labels,
  externalLabels: Labels,
  rules: readonly RelabelRule[],
): SentSeries | undefined {
  let all = labels
  if (externalLabels.size > 0) {
    const builder = new LabelsBuilder(labels)
    for (const [name, value] of externalLabels) if (!labels.has(name)) builder.set(name, value)
    all = builder.labels()
  }
  const kept = relabel(all, rules)
  if (kept === undefined || kept.size === 0) return undefined
  return { labels: kept, wire: wireOf(kept), hash: hashOf(kept.key) }
}

const utf8 = new TextEncoder()

/** `repeated Label labels = 1 { string name = 1; string value = 2; }` */
function wireOf(labels: Labels): Uint8Array {
  const out = new ByteWriter(64)
  const field = new ByteWriter(64)
  for (const pair of labels) {
    field.clear()
    pair.forEach((text, i) => {
      const bytes = utf8.encode(text)
      field.u8(((i + 1) << 3) | 2)
      field.varint(bytes.length)
      field.raw(bytes)
    })
    out.u8(0x0a)
    out.varint(field.length)
    out.raw(field.bytes())
  }
  return out.bytes().slice()
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
