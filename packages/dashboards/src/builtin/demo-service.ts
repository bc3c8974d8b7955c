import {
  barGauge,
  buildDashboard,
  type DashboardSpec,
  gauge,
  heatmap,
  pieChart,
  stat,
  stateTimeline,
  table,
  timeSeries,
} from '../builder/index.ts'

const TOTAL = 'http_requests_total'
const BUCKETS = 'http_durations_histogram_seconds_bucket'
const CHOSEN = 'job="demo"'

const rate = (metric: string, by = ''): string =>
  `sum${by === '' ? '' : ` by (${by}) `}(rate(${metric}{${CHOSEN}}[$__rate_interval]))`
const quantile = (share: number, by = ''): string =>
  `histogram_quantile(${share}, ${rate(BUCKETS, by === '' ? 'le' : `le, ${by}`)})`

/** What `pharos demo` shows of itself: one panel of most kinds, over services that are always busy. */
const DEMO_SERVICE: DashboardSpec = {
  uid: 'pharos-demo',
  title: 'Demo service',
  description: 'The services of pharos demo: requests, latency, and who is up.',
  tags: ['demo'],
  from: 'now-15m',
  refresh: '10s',
  rows: [
    {
      panels: [
        stat('Requests', rate(TOTAL), { unit: 'reqps', width: 4, height: 5 }),
        stat('Slower than 1.2 s', slowShare(), {
          unit: 'percentunit',
          width: 4,
          height: 5,
          thresholds: [
            [null, 'green'],
            [0.2, 'orange'],
            [0.5, 'red'],
          ],
          options: { colorMode: 'background' },
        }),
        gauge('CPU busy', '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))', {
          unit: 'percentunit',
          min: 0,
          max: 1,
          width: 4,
          height: 5,
          thresholds: [
            [null, 'green'],
            [0.7, 'orange'],
            [0.9, 'red'],
          ],
        }),
        barGauge(
          'By handler',
          { expr: rate(TOTAL, 'handler'), legend: '{{handler}}' },
          { unit: 'reqps', width: 6, height: 5, min: 0 },
        ),
        pieChart(
          'Calls between services',
          {
            expr: 'sum by (grpc_code) (increase(grpc_server_handled_total[$__range]))',
            legend: '{{grpc_code}}',
          },
          { width: 6, height: 5, unit: 'short', decimals: 0 },
        ),
      ],
    },
    {
      panels: [
        timeSeries(
          'Latency quantiles',
          [0.99, 0.9, 0.5].map((share) => ({
            expr: quantile(share),
            legend: `p${share * 100}`,
          })),
          {
            unit: 's',
            height: 9,
            options: {
              legend: {
                displayMode: 'table',
                placement: 'bottom',
                showLegend: true,
                calcs: ['mean', 'max', 'lastNotNull'],
              },
              tooltip: { mode: 'multi', sort: 'desc' },
            },
          },
        ),
        heatmap(
          'Latency distribution',
          `sum by (le) (increase(${BUCKETS}{${CHOSEN}}[$__rate_interval]))`,
          { height: 9, options: { color: { mode: 'scheme', scheme: 'Blues', steps: 64 } } },
        ),
      ],
    },
    {
      panels: [
        stateTimeline(
          'Services',
          { expr: 'up{job=~"demo|dynamic_services"}', legend: '{{instance}}' },
          {
            width: 12,
            height: 7,
            mappings: [
              {
                type: 'value',
                options: {
                  '0': { text: 'down', color: 'red', index: 1 },
                  '1': { text: 'up', color: 'green', index: 0 },
                },
              },
            ],
          },
        ),
        table('Handlers', handlerQueries(), {
          width: 12,
          height: 7,
          transformations: [
            { id: 'joinByField', options: { byField: 'handler', mode: 'outer' } },
            {
              id: 'organize',
              options: {
                excludeByName: { Time: true, 'Time 1': true, 'Time 2': true },
                renameByName: { handler: 'Handler', 'Value #A': 'Requests', 'Value #B': 'p95' },
              },
            },
          ],
          overrides: [
            {
              matcher: { id: 'byName', options: 'Requests' },
              properties: [
                { id: 'unit', value: 'reqps' },
                { id: 'min', value: 0 },
                { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
                { id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } },
              ],
            },
            {
              matcher: { id: 'byName', options: 'p95' },
              properties: [
                { id: 'unit', value: 's' },
                { id: 'custom.cellOptions', value: { type: 'color-text' } },
                {
                  id: 'thresholds',
                  value: {
                    mode: 'absolute',
                    steps: [
                      { value: null, color: 'green' },
                      { value: 1.3, color: 'orange' },
                      { value: 2, color: 'red' },
                    ],
                  },
                },
              ],
            },
          ],
        }),
      ],
    },
  ],
}

/** Of the histogram's buckets 1.2 s is the one closest to where answers become slow. */
function slowShare(): string {
  return `1 - sum(rate(${BUCKETS}{${CHOSEN},le="1.2"}[$__rate_interval])) / ${rate('http_durations_histogram_seconds_count')}`
}

function handlerQueries(): { expr: string }[] {
  return [{ expr: rate(TOTAL, 'handler') }, { expr: quantile(0.95, 'handler') }]
}

/** The JSON of the demo's own dashboard: it is shown by `pharos demo` only, where its services are. */
export function demoDashboard(): string {
  return `${JSON.stringify(buildDashboard(DEMO_SERVICE), null, 2)}\n`
}
