// `pharos demo`: `pharos up` beside the seeds' services, their registry and their traffic.
import { UserError } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { demoDashboard } from '@pharos/dashboards/builtin'
import { demoAlertmanager, demoRules, demoScrapes, startBatchJob, startDemo } from '@pharos/demo'
import { startRegistry } from '@pharos/registry/server'
import { startUp, upFlags } from '@pharos/server'
import { type Flag, flag, FlagReader } from '@pharos/server/flags'
import type { Command } from 'commander'
import { addFlags } from './flag-options.ts'
import { serve } from './run-service.ts'
import type { Terminal } from './terminal.ts'

const DEMO_FLAGS: readonly Flag[] = [
  flag('demo.listen-address', 'text', ':8083', "Where the fourth seed's server listens."),
  flag('demo.workers', 'number', '100', 'How many ask it at once.'),
  flag(
    'demo.registry',
    'text',
    '',
    'URL of an etcd or pharos registry to register in; without it the demo has one of its own.',
  ),
]

export function fillDemo(command: Command, terminal: Terminal, done: (code: number) => void): void {
  const all = [...upFlags(), ...DEMO_FLAGS]
  const values = addFlags(command, all, terminal.environment)
  command.action(async () => {
    const flags = new FlagReader(all, values)
    if (flags.isGiven('config.file'))
      throw new UserError(
        'flag/invalid',
        '--config.file: the demo has a configuration of its own; start pharos up beside it instead',
      )
    const world = realWorld({ level: 'warn' })
    const closing: (() => Promise<void>)[] = []
    try {
      let registryUrl = flags.text('demo.registry')
      if (registryUrl === '') {
        const registry = await startRegistry({
          ...world,
          address: '127.0.0.1:0',
          directory: `${flags.text('storage.tsdb.path')}/registry`,
        })
        closing.unshift(() => registry.close())
        registryUrl = registry.url
      }
      const demo = await startDemo({
        ...world,
        endpoints: [registryUrl],
        courseAddress: flags.text('demo.listen-address'),
        courseWorkers: flags.number('demo.workers'),
      })
      closing.unshift(() => demo.close())
      const own = new Map([...values].filter(([name]) => !name.startsWith('demo.')))
      const directory = `${flags.text('storage.tsdb.path')}/demo`
      const write = async (name: string, text: string): Promise<string> => {
        const path = `${directory}/${name}`
        await world.disk.makeDirectory(path.slice(0, path.lastIndexOf('/')))
        await world.disk.writeFileAtomic(path, new TextEncoder().encode(text))
        return path
      }
      if (!flags.isGiven('alertmanager.config.file'))
        own.set('alertmanager.config.file', [
          await write('alertmanager.yml', demoAlertmanager(demo.smtpPort)),
        ])
      if (!flags.isGiven('dashboards.provisioning')) {
        await write('provisioning/boards/demo-service.json', demoDashboard())
        await write('provisioning/dashboards.yml', DASHBOARD_PROVIDER)
        own.set('dashboards.provisioning', [`${directory}/provisioning`])
      }
      const service = await startUp(own, {
        ...terminal,
        moreScrapes: demoScrapes(demo.coursePort, registryUrl),
        moreRuleFiles: [await write('rules.yml', demoRules())],
      })
      const gateway = gatewayOf(flags.text('pushgateway.web.listen-address'))
      if (gateway !== undefined) {
        const batch = startBatchJob(world, gateway)
        closing.unshift(() => batch.close())
      }
      terminal.writeError(
        `\n  Pharos is up: ${service.url}\n  The demo's first service: http://localhost:${demo.coursePort}/metrics\n  Its alert mails: http://localhost:${demo.coursePort}/inbox\n\n`,
      )
      done(await serve(service, terminal))
    } finally {
      for (const close of closing) await close()
    }
  })
}

/** Grafana's own provisioning file: the demo's dashboard lies beside it. */
const DASHBOARD_PROVIDER = `apiVersion: 1
providers:
  - name: demo
    folder: Demo
    type: file
    options: {path: boards}
`

/** Where the gateway of this process takes pushes; undefined for a port that nobody knows before it listens. */
function gatewayOf(address: string): string | undefined {
  const [, host = '', port = '0'] = /^(.*):(\d+)$/.exec(address) ?? []
  if (port === '0') return undefined
  return `http://${host === '' || host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${port}`
}
