// The gauges that the first seed computes by hand, for the page of any service.
import type { Registry } from '@pharos/client'
import type { Machine } from './machine.ts'
import { localMachine } from './local-machine.ts'

/**
 * Registers `system_cpu_usage_percent` (since the last scrape), `system_memory_usage_percent`, `system_process_count`
 * and, where the default metrics have not brought it, `nodejs_active_resources_total`.
 */
export function collectAppHost(registry: Registry, machine: Machine = localMachine()): void {
  // What the first scrape is compared with. Where it fails that scrape fails too, and says so.
  machine.cpuPercent().catch(() => undefined)
  registry.gauge({
    name: 'system_cpu_usage_percent',
    help: 'How busy the CPUs of the machine were since the last scrape, 0 to 100.',
    collect: async (gauge) => {
      const [busy = 0] = await machine.cpuPercent()
      gauge.set(busy)
    },
  })
  registry.gauge({
    name: 'system_memory_usage_percent',
    help: 'Memory of the machine in use, without buffers and caches, 0 to 100.',
    collect: (gauge) => gauge.set(machine.virtualMemory().usedPercent),
  })
  registry.gauge({
    name: 'system_process_count',
    help: 'Processes of the machine.',
    collect: (gauge) => gauge.set(machine.pids().length),
  })
  if (registry.getSingleMetric('nodejs_active_resources_total') !== undefined) return
  registry.gauge({
    name: 'nodejs_active_resources_total',
    help: 'What keeps the event loop alive: timers, sockets, requests.',
    collect: (gauge) => gauge.set(process.getActiveResourcesInfo().length),
  })
}
