// What the gateway says of itself, under the reference's names.

import { collectDefaultMetrics, Counter, Gauge, Registry, Summary } from '@pharos/client'
import { type MetricFamily, parseFamilies } from '@pharos/exposition'

export interface GatewayMetrics {
  /** All of the gateway's own families as they are now. */
  families(): Promise<readonly MetricFamily[]>
  request(handler: string, method: string, code: number): void
  pushed(method: string, seconds: number, bytes: number): void
}

const QUANTILES = { 0.1: 0.01, 0.5: 0.05, 0.9: 0.01 }

/** @param withProcess  the process's own metrics too: not where it is a server that shows them itself */
export function createGatewayMetrics(version: string, withProcess: boolean): GatewayMetrics {
  const registry = new Registry()
  const registers = [registry]
  if (withProcess) collectDefaultMetrics(registry)
  new Gauge({
    name: 'pushgateway_build_info',
    help: 'Always 1; the version of Pharos that this gateway is part of.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  const requests = new Counter({
    name: 'pushgateway_http_requests_total',
    help: 'Total HTTP requests processed by the Pushgateway, excluding scrapes.',
    labelNames: ['code', 'handler', 'method'],
    registers,
  })
  const durations = new Summary({
    name: 'pushgateway_http_push_duration_seconds',
    help: 'HTTP request duration for pushes to the Pushgateway.',
    labelNames: ['method'],
    objectives: QUANTILES,
    registers,
  })
  const sizes = new Summary({
    name: 'pushgateway_http_push_size_bytes',
    help: 'HTTP request size for pushes to the Pushgateway.',
    labelNames: ['method'],
    objectives: QUANTILES,
    registers,
  })
  return {
    families: async () => parseFamilies(await registry.metrics()),
    request: (handler, method, code) => requests.inc({ code, handler, method }),
    pushed: (method, seconds, bytes) => {
      durations.observe({ method }, seconds)
      sizes.observe({ method }, bytes)
    },
  }
}
