import { type DashboardSpec, queryVariable, stat, timeSeries } from '../builder/index.ts'

const ME = 'job=~"$job",instance=~"$instance"'

/** Processes that run on Node.js and export what the client library collects by itself. */
export const NODE_PROCESS: DashboardSpec = {
  uid: 'pharos-nodejs',
  title: 'Node.js process',
  description: 'Event loop, garbage, memory and CPU of Node.js processes.',
  tags: ['nodejs', 'built-in'],
  variables: [
    queryVariable('job', 'label_values(nodejs_version_info, job)', {
      label: 'Job',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
    queryVariable('instance', 'label_values(nodejs_version_info{job=~"$job"}, instance)', {
      label: 'Instance',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
  ],
  rows: [
    {
      panels: [
        stat('Processes', `count(nodejs_version_info{${ME}})`),
        stat(
          'Version',
          { expr: `count by (version) (nodejs_version_info{${ME}})`, legend: '{{version}}' },
          { options: { textMode: 'name', graphMode: 'none' } },
        ),
        stat('CPU', `sum(rate(process_cpu_seconds_total{${ME}}[$__rate_interval]))`, {
          unit: 'short',
          decimals: 3,
        }),
        stat(
          'Memory',
          `sum(process_resident_memory_bytes{${ME}} and on (job, instance) nodejs_version_info{${ME}})`,
          { unit: 'bytes' },
        ),
        stat('Event loop lag', `max(nodejs_eventloop_lag_seconds{${ME}})`, {
          unit: 's',
          thresholds: [
            [null, 'green'],
            [0.05, 'yellow'],
            [0.2, 'red'],
          ],
        }),
        stat('Youngest process', `min(time() - process_start_time_seconds{${ME}})`, {
          unit: 's',
          decimals: 1,
          options: { graphMode: 'none' },
        }),
      ],
    },
    {
      title: 'Event loop and garbage',
      panels: [
        timeSeries(
          'Event loop lag',
          [
            { expr: `nodejs_eventloop_lag_seconds{${ME}}`, legend: 'now {{instance}}' },
            { expr: `nodejs_eventloop_lag_p99_seconds{${ME}}`, legend: 'p99 {{instance}}' },
          ],
          { unit: 's', min: 0 },
        ),
        timeSeries(
          'Garbage collection',
          {
            expr: `sum by (instance, kind) (rate(nodejs_gc_duration_seconds_sum{${ME}}[$__rate_interval]))`,
            legend: '{{kind}} {{instance}}',
          },
          { unit: 'percentunit', min: 0, description: 'Share of time that is spent collecting.' },
        ),
      ],
    },
    {
      title: 'Memory and CPU',
      panels: [
        timeSeries(
          'Heap',
          [
            { expr: `nodejs_heap_size_used_bytes{${ME}}`, legend: 'used {{instance}}' },
            { expr: `nodejs_heap_size_total_bytes{${ME}}`, legend: 'reserved {{instance}}' },
            { expr: `nodejs_external_memory_bytes{${ME}}`, legend: 'external {{instance}}' },
          ],
          { unit: 'bytes', min: 0 },
        ),
        timeSeries(
          'Resident memory',
          { expr: `process_resident_memory_bytes{${ME}}`, legend: '{{instance}}' },
          { unit: 'bytes', min: 0 },
        ),
        timeSeries(
          'CPU',
          [
            {
              expr: `rate(process_cpu_user_seconds_total{${ME}}[$__rate_interval])`,
              legend: 'user {{instance}}',
            },
            {
              expr: `rate(process_cpu_system_seconds_total{${ME}}[$__rate_interval])`,
              legend: 'system {{instance}}',
            },
          ],
          { unit: 'percentunit', min: 0 },
        ),
        timeSeries(
          'Open files',
          { expr: `process_open_fds{${ME}}`, legend: '{{instance}}' },
          { min: 0 },
        ),
      ],
    },
  ],
}
