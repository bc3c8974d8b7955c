// How the server itself is doing, from the metrics that it scrapes of itself.
import { type TargetColumns, targetLabels } from './target-columns.ts'

/** The instance label under which the server at `host` scrapes itself; undefined when it cannot be told. */
export function ownInstance(pools: readonly TargetColumns[], host: string): string | undefined {
  const port = host.split(':').at(-1)
  for (const columns of pools) {
    const place = columns.scrapeUrl.findIndex((text) => {
      // Parsing ten thousand addresses takes longer than drawing the page.
      if ((port !== '80' && !text.includes(`:${port}`)) || !URL.canParse(text)) return false
      const url = new URL(text)
      const isLocal = /^(localhost|127\.|\[::1\])/.test(url.hostname) || url.host === host
      return isLocal && (url.port || '80') === port
    })
    if (place >= 0) return targetLabels(columns, place)['instance']
  }
  return undefined
}

/** Both take the largest when the server cannot be told from others that it scrapes. */
export function ingestRateQuery(instance: string | undefined): string {
  return `max(sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total${at(instance)}[1m])))`
}

export function storageBytesQuery(instance: string | undefined): string {
  const names = [
    'prometheus_tsdb_storage_blocks_bytes',
    'prometheus_tsdb_wal_storage_size_bytes',
    // The reference keeps older samples of the head in files of their own.
    'prometheus_tsdb_head_chunks_storage_size_bytes',
  ]
  const own = instance === undefined ? '' : `,instance=${JSON.stringify(instance)}`
  return `max(sum by (instance) ({__name__=~"${names.join('|')}"${own}}))`
}

function at(instance: string | undefined): string {
  return instance === undefined ? '' : `{instance=${JSON.stringify(instance)}}`
}
