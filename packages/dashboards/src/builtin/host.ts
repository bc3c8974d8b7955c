import {
  barGauge,
  type DashboardSpec,
  gauge,
  queryVariable,
  stat,
  table,
  timeSeries,
} from '../builder/index.ts'

const ME = 'instance=~"$instance"'
const PERCENT = { unit: 'percent', min: 0, max: 100 } as const
const LOAD: readonly (readonly [number | null, string])[] = [
  [null, 'green'],
  [75, 'yellow'],
  [90, 'red'],
]

/** This machine and others with a node exporter: CPU, memory, disks, network. */
export const HOST: DashboardSpec = {
  uid: 'pharos-host',
  title: 'Host',
  description: 'CPU, memory, disks and network of machines with a node exporter.',
  tags: ['host', 'built-in'],
  variables: [
    queryVariable('instance', 'label_values(node_uname_info, instance)', {
      label: 'Host',
      multi: true,
      includeAll: true,
      allValue: '.*',
    }),
  ],
  rows: [
    {
      panels: [
        gauge(
          'CPU busy',
          {
            expr: `100 * (1 - avg(rate(node_cpu_seconds_total{${ME},mode="idle"}[$__rate_interval])))`,
          },
          { ...PERCENT, thresholds: LOAD },
        ),
        gauge(
          'Memory used',
          `100 * (1 - sum(node_memory_MemAvailable_bytes{${ME}}) / sum(node_memory_MemTotal_bytes{${ME}}))`,
          { ...PERCENT, thresholds: LOAD },
        ),
        gauge(
          'Fullest file system',
          `max(100 * (1 - node_filesystem_avail_bytes{${ME},fstype!~"tmpfs|ramfs|squashfs|overlay"} / (node_filesystem_size_bytes{${ME},fstype!~"tmpfs|ramfs|squashfs|overlay"} > 0)) or 100 * (1 - node_filesystem_avail_bytes{${ME}} / (node_filesystem_size_bytes{${ME}} > 0)))`,
          { ...PERCENT, thresholds: LOAD },
        ),
        stat('Load, 1 min', `sum(node_load1{${ME}})`, { decimals: 2 }),
        stat('CPUs', `count(count by (instance, cpu) (node_cpu_seconds_total{${ME}}))`, {
          options: { graphMode: 'none' },
        }),
        stat('Up for', `time() - min(node_boot_time_seconds{${ME}})`, {
          unit: 's',
          decimals: 1,
          options: { graphMode: 'none' },
        }),
      ],
    },
    {
      title: 'CPU and memory',
      panels: [
        timeSeries(
          'CPU by mode',
          {
            expr: `sum by (mode) (rate(node_cpu_seconds_total{${ME},mode!="idle"}[$__rate_interval]))`,
            legend: '{{mode}}',
          },
          { unit: 'short', isStacked: true, min: 0, description: 'CPUs busy, by what they did.' },
        ),
        timeSeries(
          'Memory',
          [
            {
              expr: `sum(node_memory_MemTotal_bytes{${ME}} - node_memory_MemAvailable_bytes{${ME}})`,
              legend: 'used',
            },
            {
              expr: `sum(node_memory_Cached_bytes{${ME}} + node_memory_Buffers_bytes{${ME}})`,
              legend: 'cache and buffers',
            },
            { expr: `sum(node_memory_MemTotal_bytes{${ME}})`, legend: 'total' },
          ],
          { unit: 'bytes', min: 0 },
        ),
        timeSeries(
          'Load',
          [
            { expr: `node_load1{${ME}}`, legend: '1 min {{instance}}' },
            { expr: `node_load5{${ME}}`, legend: '5 min {{instance}}' },
            { expr: `node_load15{${ME}}`, legend: '15 min {{instance}}' },
          ],
          { min: 0 },
        ),
        timeSeries(
          'Context switches and interrupts',
          [
            {
              expr: `rate(node_context_switches_total{${ME}}[$__rate_interval])`,
              legend: 'switches {{instance}}',
            },
            {
              expr: `rate(node_intr_total{${ME}}[$__rate_interval])`,
              legend: 'interrupts {{instance}}',
            },
          ],
          { unit: 'ops', min: 0 },
        ),
      ],
    },
    {
      title: 'Disks',
      panels: [
        timeSeries(
          'Read and written',
          [
            {
              expr: `sum by (device) (rate(node_disk_read_bytes_total{${ME}}[$__rate_interval]))`,
              legend: 'read {{device}}',
            },
            {
              expr: `sum by (device) (rate(node_disk_written_bytes_total{${ME}}[$__rate_interval]))`,
              legend: 'written {{device}}',
            },
          ],
          { unit: 'Bps' },
        ),
        timeSeries(
          'Time spent',
          {
            expr: `rate(node_disk_io_time_seconds_total{${ME}}[$__rate_interval])`,
            legend: '{{instance}} {{device}}',
          },
          { unit: 'percentunit', min: 0 },
        ),
        barGauge(
          'File systems used',
          {
            expr: `100 * (1 - node_filesystem_avail_bytes{${ME}} / (node_filesystem_size_bytes{${ME}} > 0))`,
            legend: '{{instance}} {{mountpoint}}',
          },
          { ...PERCENT, width: 12, thresholds: LOAD },
        ),
        table(
          'File systems',
          { expr: `sort_desc(node_filesystem_size_bytes{${ME}})` },
          {
            unit: 'bytes',
            width: 12,
            transformations: [
              {
                id: 'organize',
                options: {
                  excludeByName: { Time: true, __name__: true, job: true },
                  renameByName: {
                    mountpoint: 'Mounted at',
                    device: 'Device',
                    fstype: 'Type',
                    instance: 'Host',
                    'Value #A': 'Size',
                    Value: 'Size',
                  },
                },
              },
            ],
          },
        ),
      ],
    },
    {
      title: 'Network',
      panels: [
        timeSeries(
          'Received',
          {
            expr: `sum by (device) (rate(node_network_receive_bytes_total{${ME}}[$__rate_interval]))`,
            legend: '{{device}}',
          },
          { unit: 'Bps', min: 0 },
        ),
        timeSeries(
          'Sent',
          {
            expr: `sum by (device) (rate(node_network_transmit_bytes_total{${ME}}[$__rate_interval]))`,
            legend: '{{device}}',
          },
          { unit: 'Bps', min: 0 },
        ),
        timeSeries(
          'Errors and drops',
          [
            {
              expr: `sum by (device) (rate(node_network_receive_errs_total{${ME}}[$__rate_interval]) + rate(node_network_transmit_errs_total{${ME}}[$__rate_interval]))`,
              legend: 'errors {{device}}',
            },
            {
              expr: `sum by (device) (rate(node_network_receive_drop_total{${ME}}[$__rate_interval]) + rate(node_network_transmit_drop_total{${ME}}[$__rate_interval]))`,
              legend: 'drops {{device}}',
            },
          ],
          { unit: 'pps', min: 0 },
        ),
        timeSeries(
          'TCP connections',
          { expr: `node_sockstat_TCP_inuse{${ME}}`, legend: '{{instance}}' },
          { min: 0 },
        ),
      ],
    },
  ],
}
