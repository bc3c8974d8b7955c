import {
  type DashboardSpec,
  heatmap,
  queryVariable,
  stat,
  table,
  timeSeries,
} from '../builder/index.ts'

const ME = 'job=~"$job"'

/** Services that answer HTTP with one of the kits: rate, errors, durations, by route. */
export const HTTP_SERVICE: DashboardSpec = {
  uid: 'pharos-http',
  title: 'HTTP service',
  description: 'Requests, errors and durations of services that use the HTTP kits.',
  tags: ['http', 'built-in'],
  variables: [
    queryVariable('job', 'label_values(http_request_duration_seconds_count, job)', {
      label: 'Service',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
  ],
  rows: [
    {
      panels: [
        stat(
          'Requests',
          `sum(rate(http_request_duration_seconds_count{${ME}}[$__rate_interval]))`,
          { unit: 'reqps', width: 6 },
        ),
        stat(
          'Errors',
          `100 * (sum(rate(http_request_duration_seconds_count{${ME},status_code=~"5.."}[$__rate_interval])) or vector(0)) / sum(rate(http_request_duration_seconds_count{${ME}}[$__rate_interval]))`,
          {
            unit: 'percent',
            width: 6,
            thresholds: [
              [null, 'green'],
              [1, 'yellow'],
              [5, 'red'],
            ],
          },
        ),
        stat(
          'Median',
          `histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket{${ME}}[$__rate_interval])))`,
          { unit: 's', width: 6 },
        ),
        stat(
          'Slowest 1 %',
          `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{${ME}}[$__rate_interval])))`,
          { unit: 's', width: 6 },
        ),
      ],
    },
    {
      title: 'Requests',
      panels: [
        timeSeries(
          'By status',
          {
            expr: `sum by (status_code) (rate(http_request_duration_seconds_count{${ME}}[$__rate_interval]))`,
            legend: '{{status_code}}',
          },
          { unit: 'reqps', isStacked: true, min: 0 },
        ),
        timeSeries(
          'By route',
          {
            expr: `sum by (method, route) (rate(http_request_duration_seconds_count{${ME}}[$__rate_interval]))`,
            legend: '{{method}} {{route}}',
          },
          { unit: 'reqps', min: 0 },
        ),
        timeSeries(
          'Durations',
          [
            {
              expr: `histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket{${ME}}[$__rate_interval])))`,
              legend: 'p50',
            },
            {
              expr: `histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket{${ME}}[$__rate_interval])))`,
              legend: 'p90',
            },
            {
              expr: `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{${ME}}[$__rate_interval])))`,
              legend: 'p99',
            },
          ],
          { unit: 's', min: 0 },
        ),
        heatmap(
          'Durations, all',
          `sum by (le) (increase(http_request_duration_seconds_bucket{${ME}}[$__rate_interval]))`,
        ),
        table(
          'Routes',
          {
            expr: `topk(50, sum by (method, route) (rate(http_request_duration_seconds_count{${ME}}[$__range])))`,
          },
          {
            unit: 'reqps',
            transformations: [
              {
                id: 'organize',
                options: {
                  excludeByName: { Time: true },
                  renameByName: {
                    method: 'Method',
                    route: 'Route',
                    'Value #A': 'Requests',
                    Value: 'Requests',
                  },
                },
              },
            ],
          },
        ),
      ],
    },
  ],
}
