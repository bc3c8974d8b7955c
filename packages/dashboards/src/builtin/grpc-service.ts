import { type DashboardSpec, queryVariable, stat, timeSeries } from '../builder/index.ts'

const ME = 'job=~"$job"'

/** Services that answer gRPC with the kit: calls, failures, durations, by method. */
export const GRPC_SERVICE: DashboardSpec = {
  uid: 'pharos-grpc',
  title: 'gRPC service',
  description: 'Calls, failures and durations of services that use the gRPC kit.',
  tags: ['grpc', 'built-in'],
  variables: [
    queryVariable('job', 'label_values(grpc_server_started_total, job)', {
      label: 'Service',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
  ],
  rows: [
    {
      panels: [
        stat('Calls', `sum(rate(grpc_server_started_total{${ME}}[$__rate_interval]))`, {
          unit: 'reqps',
          width: 8,
        }),
        stat(
          'Not OK',
          `100 * (sum(rate(grpc_server_handled_total{${ME},grpc_code!="OK"}[$__rate_interval])) or vector(0)) / sum(rate(grpc_server_handled_total{${ME}}[$__rate_interval]))`,
          {
            unit: 'percent',
            width: 8,
            thresholds: [
              [null, 'green'],
              [1, 'yellow'],
              [5, 'red'],
            ],
          },
        ),
        stat(
          'Slowest 1 %',
          `histogram_quantile(0.99, sum by (le) (rate(grpc_server_handling_seconds_bucket{${ME}}[$__rate_interval])))`,
          { unit: 's', width: 8 },
        ),
      ],
    },
    {
      title: 'Calls',
      panels: [
        timeSeries(
          'By method',
          {
            expr: `sum by (grpc_service, grpc_method) (rate(grpc_server_started_total{${ME}}[$__rate_interval]))`,
            legend: '{{grpc_service}}/{{grpc_method}}',
          },
          { unit: 'reqps', min: 0 },
        ),
        timeSeries(
          'By code',
          {
            expr: `sum by (grpc_code) (rate(grpc_server_handled_total{${ME}}[$__rate_interval]))`,
            legend: '{{grpc_code}}',
          },
          { unit: 'reqps', isStacked: true, min: 0 },
        ),
        timeSeries(
          'Durations',
          [
            {
              expr: `histogram_quantile(0.5, sum by (le) (rate(grpc_server_handling_seconds_bucket{${ME}}[$__rate_interval])))`,
              legend: 'p50',
            },
            {
              expr: `histogram_quantile(0.99, sum by (le) (rate(grpc_server_handling_seconds_bucket{${ME}}[$__rate_interval])))`,
              legend: 'p99',
            },
          ],
          { unit: 's', min: 0 },
        ),
        timeSeries(
          'Messages',
          [
            {
              expr: `sum(rate(grpc_server_msg_received_total{${ME}}[$__rate_interval]))`,
              legend: 'received',
            },
            {
              expr: `sum(rate(grpc_server_msg_sent_total{${ME}}[$__rate_interval]))`,
              legend: 'sent',
            },
          ],
          { unit: 'mps', min: 0 },
        ),
      ],
    },
  ],
}
