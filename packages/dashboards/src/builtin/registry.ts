import {
  type DashboardSpec,
  queryVariable,
  stat,
  stateTimeline,
  table,
  timeSeries,
} from '../builder/index.ts'

/** What is registered, as the scrapes see it: who is there, who comes and goes. */
export const REGISTRY: DashboardSpec = {
  uid: 'pharos-registry',
  title: 'Registry',
  description: 'Registered services: instances, health, coming and going.',
  tags: ['registry', 'built-in'],
  variables: [
    queryVariable('service', 'label_values(up, job)', {
      label: 'Service',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
  ],
  rows: [
    {
      panels: [
        stat('Services', 'count(count by (job) (up{job=~"$service"}))', { width: 6 }),
        stat('Instances', 'count(up{job=~"$service"})', { width: 6 }),
        stat('Healthy', '100 * avg(up{job=~"$service"})', {
          unit: 'percent',
          width: 6,
          thresholds: [
            [null, 'red'],
            [90, 'yellow'],
            [100, 'green'],
          ],
        }),
        stat('Came or went', 'sum(changes(up{job=~"$service"}[$__range]))', {
          width: 6,
          options: { graphMode: 'none' },
        }),
      ],
    },
    {
      title: 'Instances',
      panels: [
        timeSeries(
          'Instances by service',
          { expr: 'count by (job) (up{job=~"$service"})', legend: '{{job}}' },
          { min: 0, decimals: 0 },
        ),
        timeSeries(
          'Time to answer',
          { expr: 'max by (job) (scrape_duration_seconds{job=~"$service"})', legend: '{{job}}' },
          { unit: 's', min: 0 },
        ),
        stateTimeline(
          'Health',
          { expr: 'up{job=~"$service"}', legend: '{{job}} {{instance}}' },
          {
            mappings: [
              {
                type: 'value',
                options: {
                  '0': { text: 'down', color: 'red', index: 0 },
                  '1': { text: 'up', color: 'green', index: 1 },
                },
              },
            ],
          },
        ),
        table(
          'Who is there',
          // Instances may have labels of their own, and the table no column for each.
          { expr: 'min by (job, instance) (up{job=~"$service"})' },
          {
            mappings: [
              {
                type: 'value',
                options: {
                  '0': { text: 'down', color: 'red', index: 0 },
                  '1': { text: 'up', color: 'green', index: 1 },
                },
              },
            ],
            transformations: [
              {
                id: 'organize',
                options: {
                  excludeByName: { Time: true, __name__: true },
                  renameByName: {
                    job: 'Service',
                    instance: 'Instance',
                    'Value #A': 'Health',
                    Value: 'Health',
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
