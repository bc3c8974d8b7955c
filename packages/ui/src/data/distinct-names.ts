import { quotedName, type SeriesColumn, seriesName } from './frame.ts'

/**
 * Short names that still tell the series of one graph apart: only the labels in which they differ, and the metric
 * name when that differs. A single series keeps its whole name.
 */
export function distinctNames(series: readonly SeriesColumn[]): string[] {
  if (series.length < 2) return series.map(({ labels }) => seriesName(labels))
  const all = new Set(series.flatMap(({ labels }) => Object.keys(labels)))
  const differing = [...all]
    .filter((name) => series.some(({ labels }) => labels[name] !== series[0]!.labels[name]))
    .sort()
  return series.map(({ labels }) => {
    const parts = differing
      .filter((name) => name !== '__name__' && labels[name] !== undefined)
      .map((name) =>
        differing.length === 1
          ? labels[name]!
          : `${quotedName(name)}=${JSON.stringify(labels[name])}`,
      )
    const metric = differing.includes('__name__') ? (labels['__name__'] ?? '') : ''
    const text = [metric, parts.join(' ')].filter(Boolean).join(' ')
    return text === '' ? seriesName(labels) : text
  })
}
