/** Counted in plain numbers over all pools; `server` turns them into `prometheus_target_*` metrics. */
export interface ScrapeStats {
  scrapes: number
  /** Each failed scrape counts in `failures` and in exactly one of the fields below it. */
  failures: number
  failedRequests: number
  failedTimeouts: number
  failedStatus: number
  failedParse: number
  exceededBodySize: number
  exceededSampleLimit: number
  exceededLabelLimits: number
  exceededTargetLimit: number
  /** Scrapes that sent their target into quarantine. */
  quarantines: number
  /** Samples in bodies, before relabelling. */
  samplesScraped: number
  samplesAppended: number
  duplicates: number
  outOfOrder: number
  outOfBounds: number
  /** Series refused because the store's budget is used up. */
  seriesRefused: number
  exemplars: number
  /** Rows that the store did not take because its disk failed or is full. */
  rowsLost: number
  cacheFlushes: number
  syncs: number
  targetsFailed: number
}

export function newScrapeStats(): ScrapeStats {
  return {
    scrapes: 0,
    failures: 0,
    failedRequests: 0,
    failedTimeouts: 0,
    failedStatus: 0,
    failedParse: 0,
    exceededBodySize: 0,
    exceededSampleLimit: 0,
    exceededLabelLimits: 0,
    exceededTargetLimit: 0,
    quarantines: 0,
    samplesScraped: 0,
    samplesAppended: 0,
    duplicates: 0,
    outOfOrder: 0,
    outOfBounds: 0,
    seriesRefused: 0,
    exemplars: 0,
    rowsLost: 0,
    cacheFlushes: 0,
    syncs: 0,
    targetsFailed: 0,
  }
}
