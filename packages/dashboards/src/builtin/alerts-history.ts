import {
  alertList,
  type DashboardSpec,
  queryVariable,
  stat,
  stateTimeline,
  table,
  timeSeries,
} from '../builder/index.ts'

/** When which alert fired, and for how long. */
export const ALERTS_HISTORY: DashboardSpec = {
  uid: 'pharos-alerts',
  title: 'Alerts history',
  description: 'Alerts over time: what fired, when, how often.',
  tags: ['alerts', 'built-in'],
  from: 'now-24h',
  variables: [
    queryVariable('alert', 'label_values(ALERTS, alertname)', {
      label: 'Alert',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
  ],
  rows: [
    {
      panels: [
        stat('Firing now', 'count(ALERTS{alertstate="firing",alertname=~"$alert"}) or vector(0)', {
          width: 8,
          thresholds: [
            [null, 'green'],
            [1, 'red'],
          ],
        }),
        stat(
          'Pending now',
          'count(ALERTS{alertstate="pending",alertname=~"$alert"}) or vector(0)',
          {
            width: 8,
            thresholds: [
              [null, 'green'],
              [1, 'yellow'],
            ],
          },
        ),
        stat(
          'Different alerts',
          'count(count by (alertname) (max_over_time(ALERTS{alertstate="firing",alertname=~"$alert"}[$__range]))) or vector(0)',
          { width: 8, options: { graphMode: 'none' } },
        ),
      ],
    },
    {
      title: 'Over time',
      panels: [
        stateTimeline(
          'Fired',
          {
            expr: 'max by (alertname) (ALERTS{alertstate="firing",alertname=~"$alert"})',
            legend: '{{alertname}}',
          },
          {
            mappings: [
              { type: 'value', options: { '1': { text: 'firing', color: 'red', index: 0 } } },
            ],
          },
        ),
        timeSeries(
          'Firing',
          {
            expr: 'count by (alertname) (ALERTS{alertstate="firing",alertname=~"$alert"})',
            legend: '{{alertname}}',
          },
          { isStacked: true, min: 0, decimals: 0 },
        ),
        alertList('Now', { height: 8 }),
        table(
          'How long',
          {
            expr: 'sort_desc(sum by (alertname) (count_over_time(ALERTS{alertstate="firing",alertname=~"$alert"}[$__range:1m])) * 60)',
          },
          {
            unit: 's',
            transformations: [
              {
                id: 'organize',
                options: {
                  excludeByName: { Time: true },
                  renameByName: {
                    alertname: 'Alert',
                    'Value #A': 'Fired for',
                    Value: 'Fired for',
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
