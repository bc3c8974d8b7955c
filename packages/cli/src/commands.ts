// The table of commands. Each loads its rooms when it is the one that runs.
import { NODE_COMMAND } from './node-command.ts'
import type { CommandEntry } from './program.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    description:
      'server, host exporter, push gateway and pages in one process, without configuration',
    load: async () => (await import('./serve.ts')).fillUp,
  },
  {
    name: 'demo',
    description:
      'up, and beside it services with traffic, so that every page has something to show',
    load: async () => (await import('./demo.ts')).fillDemo,
  },
  {
    name: 'server',
    description: "the monitoring server, with Prometheus' flags",
    load: async () => (await import('./serve.ts')).fillServer,
  },
  {
    name: 'agent',
    description: 'scrape and remote write only: nothing is queried, rules and alerts are elsewhere',
    load: async () => (await import('./serve.ts')).fillAgent,
  },
  NODE_COMMAND,
  {
    name: 'pushgateway',
    description: "the gateway for jobs that push, with Pushgateway's flags",
    load: async () => (await import('./serve.ts')).fillPushgateway,
  },
  {
    name: 'alertmanager',
    description: "the alert manager alone, with Alertmanager's flags",
    load: async () => (await import('./serve.ts')).fillAlertmanager,
  },
  {
    name: 'registry',
    description: 'the service registry: etcd v3 API over HTTP, for machines without etcd',
    load: async () => (await import('./registry.ts')).fillRegistry,
  },
  {
    name: 'sd-bridge',
    description: 'writes registered services to a targets.json for file_sd_configs',
    load: async () => (await import('./registry.ts')).fillBridge,
  },
  {
    name: 'dashboards',
    description: 'list, export and import dashboards of a server; lint files of dashboards',
    load: async () => (await import('./dashboards.ts')).fillDashboards,
  },
  {
    name: 'top',
    description: 'a running server in the terminal: targets, alerts, and what takes most',
    load: async () => (await import('./top/top.ts')).fillTop,
  },
  {
    name: 'tsdb',
    description: 'look at a data directory that no server has open: verify, list, analyze, dump',
    load: async () => (await import('./tsdb.ts')).fillTsdb,
  },
  {
    name: 'backup',
    description: 'data directories into a directory or an S3-compatible store, and back',
    load: async () => (await import('./backup.ts')).fillBackup,
  },
  {
    name: 'amtool',
    description: "ask and check alert managers: Alertmanager's amtool",
    load: async () => (await import('./amtool.ts')).fillAmtool,
  },
  {
    name: 'promtool',
    description: "check files, query servers: Prometheus' promtool",
    load: async () => (await import('./promtool.ts')).fillPromtool,
  },
]
