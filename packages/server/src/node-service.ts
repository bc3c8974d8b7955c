// `pharos node`: the host exporter with a listener of its own. It runs beside programs that have other things to do, so
// what costs memory is loaded when it is asked for: TLS and passwords, patterns, probes.
import { bug, UserError } from '@pharos/base'
import { createLogger, createRealDisk, realClock } from '@pharos/base/local'
import { Registry } from '@pharos/client/browser'
import { collectProcessMetrics } from '@pharos/client/process'
import { type HostExporter, type Search, startHostExporter } from '@pharos/host/lean'
import {
  createPlainServer,
  type PlainAnswer,
  type PlainRequest,
  textAnswer,
} from '@pharos/http/plain'
import type { Flag, FlagValues } from './flag.ts'
import { FlagReader } from './flag-reader.ts'
import { hostAnswers } from './host-answers.ts'
import { hasOwnPatterns, HOST_FLAGS, hostOptionsOf } from './host-flags.ts'
import type { LocalWorld } from './local-world.ts'
import { logLevel } from './log-level.ts'
import { NODE_FLAGS } from './server-flags.ts'
import type { Service } from './service.ts'
import { VERSION } from './version.ts'

/** After so many scrapes what they left behind is collected: V8 by itself lets the heap double first. */
const SCRAPES_PER_COLLECTION = 16

type Answer = (request: PlainRequest) => Promise<PlainAnswer>

interface Listener {
  readonly boundAddress: string
  close(): Promise<void>
}

export function nodeFlags(): readonly Flag[] {
  return [...NODE_FLAGS, ...HOST_FLAGS]
}

/** Starts the host exporter. @throws UserError `flag/…`, `http/…` */
export async function startNode(values: FlagValues): Promise<Service> {
  const flags = new FlagReader(nodeFlags(), values)
  const log = createLogger({
    level: logLevel(flags),
    format: flags.text('log.format') === 'json' ? 'json' : 'logfmt',
  })
  const world: LocalWorld = { disk: createRealDisk(), clock: realClock, log }
  const listeners = await listenHost(world, flags)
  const end = Promise.withResolvers<number>()
  let isEnding = false
  return {
    url: `http://${listeners[0]?.boundAddress ?? ''}${flags.text('web.telemetry-path')}`,
    reload: () => log.info('nothing to reload'),
    quit: (reason) => {
      if (isEnding) return
      isEnding = true
      log.info('ending', { reason })
      void Promise.all(listeners.map((one) => one.close())).then(() => end.resolve(0))
    },
    ended: end.promise,
  }
}

/** The exporter that the flags describe. */
export async function hostExporterOf(world: LocalWorld, flags: FlagReader): Promise<HostExporter> {
  const { collectors, options } = hostOptionsOf(flags)
  const search: Search = hasOwnPatterns(flags)
    ? (await import('@pharos/host/search')).search
    : (pattern) => bug(`${pattern} is no pattern of the exporter's own`)
  const settings = {
    disk: world.disk,
    clock: world.clock,
    logger: world.log.component('host'),
    procPath: flags.text('path.procfs'),
    sysPath: flags.text('path.sysfs'),
    rootfsPath: flags.text('path.rootfs'),
    disableDefaults: flags.bool('collector.disable-defaults'),
    version: VERSION,
    collectors,
    options,
  }
  return startHostExporter(settings, search)
}

async function listenHost(world: LocalWorld, flags: FlagReader): Promise<Listener[]> {
  const exporter = await hostExporterOf(world, flags)
  const answer = answers(exporter, flags, world, await probes(world, flags))
  const listeners: Listener[] = []
  for (const address of flags.list('web.listen-address')) {
    const listener = await listen(world, flags, address, answer)
    world.log.info('listening', {
      address: listener.boundAddress,
      collectors: exporter.enabled.length,
    })
    listeners.push(listener)
  }
  return listeners
}

async function listen(
  world: LocalWorld,
  flags: FlagReader,
  address: string,
  answer: Answer,
): Promise<Listener> {
  const file = flags.text('web.config.file')
  if (file !== '') {
    const { listenSecured } = await import('./node-secured.ts')
    return listenSecured(world, address, file, answer)
  }
  const server = createPlainServer({ log: world.log, clock: world.clock, address, answer })
  await server.listen()
  return server
}

/** `/probe`, where a module file is given: whoever reaches the listener can make this machine ask others. */
async function probes(world: LocalWorld, flags: FlagReader): Promise<Answer | undefined> {
  const file = flags.text('probe.config.file')
  if (file === '') return undefined
  const { probeAnswers } = await import('./probe/probe-answers.ts')
  const { createRealRandom } = await import('@pharos/base/node')
  return probeAnswers(world, { file, deny: flags.list('probe.deny'), random: createRealRandom() })
}

/** Every path of the listener. @throws UserError `flag/invalid` */
function answers(
  exporter: HostExporter,
  flags: FlagReader,
  { clock }: LocalWorld,
  probe: Answer | undefined,
): Answer {
  const path = flags.text('web.telemetry-path')
  if (!path.startsWith('/'))
    throw new UserError(
      'flag/invalid',
      `--web.telemetry-path: wants a path that starts with /, has "${path}"`,
    )
  const registry = new Registry()
  collectProcessMetrics(registry)
  const page = hostAnswers(exporter, {
    path,
    maxRequests: flags.number('web.max-requests'),
    ownMetrics: async () =>
      flags.bool('web.disable-exporter-metrics') ? '' : await registry.metrics(),
  })
  // There with --expose-gc, which `bin/pharos.mjs` gives.
  const { gc } = globalThis as { gc?: () => void }
  let scrapes = 0
  return async (request) => {
    const { url } = request
    const asked = url.split('?', 1)[0]
    if (asked === path) {
      if (gc !== undefined && ++scrapes % SCRAPES_PER_COLLECTION === 0) clock.after(100, gc)
      return page(url)
    }
    if (asked === '/probe' && probe !== undefined) return probe(request)
    if (asked === '/') return landingPage(path)
    return textAnswer(404, '404 page not found')
  }
}

function landingPage(path: string): PlainAnswer {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: `<!doctype html><title>Pharos host exporter</title><h1>Pharos host exporter</h1><p><a href="${path}">Metrics</a></p>`,
  }
}
