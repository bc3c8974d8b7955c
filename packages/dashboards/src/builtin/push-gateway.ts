import { type DashboardSpec, queryVariable, stat, table, timeSeries } from '../builder/index.ts'

/** Jobs that push: when they did last, and whether it worked. */
export const PUSH_GATEWAY: DashboardSpec = {
  uid: 'pharos-push',
  title: 'Push gateway',
  description: 'Pushed groups: age of the last push, failures, traffic.',
  tags: ['push', 'built-in'],
  variables: [
    queryVariable('job', 'label_values(push_time_seconds, job)', {
      label: 'Job',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
  ],
  rows: [
    {
      panels: [
        stat('Groups', 'count(push_time_seconds{job=~"$job"}) or vector(0)', { width: 6 }),
        stat('Oldest push', 'max(time() - push_time_seconds{job=~"$job"})', {
          unit: 's',
          decimals: 1,
          width: 6,
          thresholds: [
            [null, 'green'],
            [3600, 'yellow'],
            [86_400, 'red'],
          ],
        }),
        stat(
          'Failed last time',
          'count(push_failure_time_seconds{job=~"$job"} > push_time_seconds{job=~"$job"}) or vector(0)',
          {
            width: 6,
            thresholds: [
              [null, 'green'],
              [1, 'red'],
            ],
          },
        ),
        stat(
          'Pushes',
          'sum(rate(pushgateway_http_requests_total{handler="push"}[$__rate_interval])) or vector(0)',
          { unit: 'cps', width: 6 },
        ),
      ],
    },
    {
      title: 'Groups',
      panels: [
        timeSeries(
          'Age of the last push',
          { expr: 'time() - push_time_seconds{job=~"$job"}', legend: '{{job}} {{instance}}' },
          { unit: 's', min: 0 },
        ),
        timeSeries(
          'Requests',
          {
            expr: 'sum by (handler, code) (rate(pushgateway_http_requests_total[$__rate_interval]))',
            legend: '{{handler}} {{code}}',
          },
          { unit: 'reqps', min: 0 },
        ),
        table(
          'Last pushes',
          { expr: 'push_time_seconds{job=~"$job"} * 1000' },
          {
            // Of the whole table it would make times of its texts.
            overrides: [
              {
                matcher: { id: 'byName', options: 'Last push' },
                properties: [{ id: 'unit', value: 'dateTimeFromNow' }],
              },
            ],
            transformations: [
              {
                id: 'organize',
                options: {
                  excludeByName: { Time: true, __name__: true },
                  renameByName: {
                    'Value #A': 'Last push',
                    Value: 'Last push',
                    job: 'Job',
                    instance: 'Instance',
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
