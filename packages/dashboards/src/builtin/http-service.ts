import { type DashboardSpec, heatmap, stat, table, timeSeries } from '../builder/index.ts'
import {
  CHOSEN,
  durations,
  failures,
  quantileOf,
  rateOf,
  serviceVariable,
} from './request-panels.ts'

const COUNT = 'http_request_duration_seconds_count'
const BUCKETS = 'http_request_duration_seconds_bucket'

/** Services that answer HTTP with one of the kits: rate, errors, durations, by route. */
export const HTTP_SERVICE: DashboardSpec = {
  uid: 'pharos-http',
  title: 'HTTP service',
  description: 'Requests, errors and durations of services that use the HTTP kits.',
  tags: ['http', 'built-in'],
  variables: [serviceVariable(COUNT)],
  rows: [
    {
      panels: [
        stat('Requests', rateOf(COUNT), { unit: 'reqps', width: 6 }),
        failures('Errors', COUNT, 'status_code=~"5.."', 6),
        stat('Median', quantileOf(BUCKETS, 0.5), { unit: 's', width: 6 }),
        stat('Slowest 1 %', quantileOf(BUCKETS, 0.99), { unit: 's', width: 6 }),
      ],
    },
    {
      title: 'Requests',
      panels: [
        timeSeries(
          'By status',
          { expr: rateOf(COUNT, 'status_code'), legend: '{{status_code}}' },
          { unit: 'reqps', isStacked: true, min: 0 },
        ),
        timeSeries(
          'By route',
          { expr: rateOf(COUNT, 'method, route'), legend: '{{method}} {{route}}' },
          { unit: 'reqps', min: 0 },
        ),
        durations(BUCKETS, [0.5, 0.9, 0.99]),
        heatmap(
          'Durations, all',
          `sum by (le) (increase(${BUCKETS}{${CHOSEN}}[$__rate_interval]))`,
        ),
        table(
          'Routes',
          {
            expr: `topk(50, sum by (method, route) (rate(${COUNT}{${CHOSEN}}[$__range])))`,
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
