import { type DashboardSpec, stat, timeSeries } from '../builder/index.ts'

/** The server's own view of itself: what it takes in, keeps, answers and costs. */
export const PHAROS_ITSELF: DashboardSpec = {
  uid: 'pharos-itself',
  title: 'Pharos itself',
  description: 'Ingestion, storage, queries and cost of this server.',
  tags: ['pharos', 'built-in'],
  rows: [
    {
      panels: [
        stat('Series', 'sum(prometheus_tsdb_head_series)'),
        stat(
          'Samples a second',
          'sum(rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))',
          { decimals: 1 },
        ),
        stat('Targets up', 'sum(up)', { unit: 'short' }),
        stat('Targets down', 'count(up == 0) or vector(0)', {
          thresholds: [
            [null, 'green'],
            [1, 'red'],
          ],
        }),
        stat(
          'Memory',
          'sum(process_resident_memory_bytes * on (job, instance) pharos_build_info)',
          { unit: 'bytes' },
        ),
        stat(
          'CPU',
          'sum(rate(process_cpu_seconds_total[$__rate_interval]) * on (job, instance) pharos_build_info)',
          { decimals: 3 },
        ),
      ],
    },
    {
      title: 'Scraping',
      panels: [
        timeSeries(
          'Scrape duration',
          { expr: 'scrape_duration_seconds', legend: '{{job}} {{instance}}' },
          { unit: 's', min: 0 },
        ),
        timeSeries(
          'Samples per scrape',
          { expr: 'scrape_samples_scraped', legend: '{{job}} {{instance}}' },
          { min: 0 },
        ),
        timeSeries(
          'Scrapes',
          [
            { expr: 'sum(rate(pharos_scrapes_total[$__rate_interval]))', legend: 'all' },
            {
              expr: 'sum(rate(pharos_scrapes_failed_total[$__rate_interval]))',
              legend: 'failed',
            },
          ],
          { unit: 'cps', min: 0 },
        ),
        timeSeries(
          'New series',
          { expr: 'sum by (job) (scrape_series_added)', legend: '{{job}}' },
          { min: 0 },
        ),
      ],
    },
    {
      title: 'Storage',
      panels: [
        timeSeries(
          'Series in the head',
          { expr: 'prometheus_tsdb_head_series', legend: '{{instance}}' },
          { min: 0 },
        ),
        timeSeries(
          'Log written',
          {
            expr: 'sum(rate(pharos_tsdb_wal_written_bytes_total[$__rate_interval]))',
            legend: 'bytes',
          },
          { unit: 'Bps', min: 0 },
        ),
      ],
    },
    {
      title: 'Cost',
      panels: [
        timeSeries(
          'Memory',
          {
            expr: 'process_resident_memory_bytes * on (job, instance) pharos_build_info',
            legend: '{{instance}}',
          },
          { unit: 'bytes', min: 0 },
        ),
        timeSeries(
          'HTTP requests',
          { expr: 'sum(rate(pharos_http_requests_total[$__rate_interval]))', legend: 'requests' },
          { unit: 'reqps', min: 0 },
        ),
      ],
    },
  ],
}
