import { type DashboardSpec, stat, timeSeries } from '../builder/index.ts'
import { durations, failures, quantileOf, rateOf, serviceVariable } from './request-panels.ts'

const STARTED = 'grpc_server_started_total'
const HANDLED = 'grpc_server_handled_total'
const BUCKETS = 'grpc_server_handling_seconds_bucket'

/** Services that answer gRPC with the kit: calls, failures, durations, by method. */
export const GRPC_SERVICE: DashboardSpec = {
  uid: 'pharos-grpc',
  title: 'gRPC service',
  description: 'Calls, failures and durations of services that use the gRPC kit.',
  tags: ['grpc', 'built-in'],
  variables: [serviceVariable(STARTED)],
  rows: [
    {
      panels: [
        stat('Calls', rateOf(STARTED), { unit: 'reqps', width: 8 }),
        failures('Not OK', HANDLED, 'grpc_code!="OK"', 8),
        stat('Slowest 1 %', quantileOf(BUCKETS, 0.99), { unit: 's', width: 8 }),
      ],
    },
    {
      title: 'Calls',
      panels: [
        timeSeries(
          'By method',
          {
            expr: rateOf(STARTED, 'grpc_service, grpc_method'),
            legend: '{{grpc_service}}/{{grpc_method}}',
          },
          { unit: 'reqps', min: 0 },
        ),
        timeSeries(
          'By code',
          { expr: rateOf(HANDLED, 'grpc_code'), legend: '{{grpc_code}}' },
          { unit: 'reqps', isStacked: true, min: 0 },
        ),
        durations(BUCKETS, [0.5, 0.99]),
        timeSeries(
          'Messages',
          [
            { expr: rateOf('grpc_server_msg_received_total'), legend: 'received' },
            { expr: rateOf('grpc_server_msg_sent_total'), legend: 'sent' },
          ],
          { unit: 'mps', min: 0 },
        ),
      ],
    },
  ],
}
