// Answers of the API with everything that the alerts, rules and service discovery pages can show: all states, a failing
// rule, markup and an address in annotations, long names, more alerts than are listed at once, dropped targets.
const NOW = new Date().toISOString()

function alert(index: number, state: 'firing' | 'pending'): object {
  return {
    labels: { alertname: 'DiskFull', instance: `host-${index}.example:9100`, severity: 'page' },
    annotations: {
      summary: `Disk of host-${index} is <b>full</b>`,
      runbook_url: 'https://example.org/runbook/disk-full?of=a-very-long-address-without-any-break',
    },
    state,
    activeAt: new Date(Date.now() - index * 60_000).toISOString(),
    value: '9.72e+01',
  }
}

const RUN = { health: 'ok', evaluationTime: 0.0012, lastEvaluation: NOW }

const FIRING = Array.from({ length: 30 }, (_, index) => alert(index, 'firing'))

function alerting(name: string, state: string, more: object = {}): object {
  return {
    type: 'alerting',
    state,
    name,
    query:
      'node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes < 0.1',
    duration: 300,
    keepFiringFor: 600,
    labels: { severity: 'page' },
    annotations: { description: 'What to do' },
    alerts: [],
    ...RUN,
    ...more,
  }
}

export const GROUPS: object = {
  groups: [
    {
      name: 'machines',
      file: '/etc/pharos/rules/a-directory-with-a-long-name/machines.yml',
      interval: 15,
      limit: 0,
      evaluationTime: 20.5,
      lastEvaluation: NOW,
      rules: [
        alerting('Quiet', 'inactive'),
        alerting('Young', 'unknown', { health: 'unknown', lastEvaluation: '0001-01-01T00:00:00Z' }),
        alerting('Soon', 'pending', { alerts: [alert(1, 'pending')] }),
        alerting('DiskFull', 'firing', { alerts: FIRING }),
      ],
    },
    {
      name: 'records',
      file: 'records.yml',
      interval: 60,
      limit: 0,
      evaluationTime: 0.004,
      lastEvaluation: NOW,
      rules: [
        {
          type: 'recording',
          name: 'instance_path:requests:rate5m_of_everything_that_has_a_very_long_name',
          query: 'sum by (instance, path) (rate(http_requests_total[5m]))',
          ...RUN,
          health: 'err',
          lastError: 'vector contains metrics with the same labelset after applying rule labels',
        },
      ],
    },
  ],
}

export const ALERTS: object = { alerts: [...FIRING, alert(1, 'pending')] }

export const TARGETS: object = {
  activeTargets: [
    {
      discoveredLabels: {
        __address__: 'web-1:8080',
        __meta_kubernetes_pod_name: 'web-1',
        job: 'web',
      },
      labels: { instance: 'web-1:8080', job: 'web', pod: 'web-1' },
      scrapePool: 'web',
      scrapeUrl: 'http://web-1:8080/metrics',
      globalUrl: 'http://web-1:8080/metrics',
      lastError: '',
      lastScrape: NOW,
      lastScrapeDuration: 0.01,
      health: 'up',
    },
  ],
  droppedTargets: [
    {
      discoveredLabels: { __address__: 'db-1:5432', job: 'web' },
      scrapePool: 'web',
      reason: 'relabel_configs[0]: drop',
    },
    { discoveredLabels: { __address__: 'db-2:5432', job: 'web' }, scrapePool: 'web' },
  ],
  droppedTargetCounts: { web: 7 },
}
