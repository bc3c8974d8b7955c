// `/probe?target=&module=`: one probe, its page.
import { messageOf, outboundMistake, UserError, type Random } from '@pharos/base'
import { type ProbeModule, readProbeModules, readText } from '@pharos/config'
import { outboundFilter, SettingFiles } from '@pharos/http'
import { type PlainAnswer, type PlainRequest, textAnswer } from '@pharos/http/plain'
import type { LocalWorld } from '../local-world.ts'
import { probeDns } from './dns-probe.ts'
import { probeHttp } from './http-probe.ts'
import { ProbePage } from './probe-page.ts'
import type { Probe, ProbeWorld } from './probe-world.ts'
import { probeTcp } from './tcp-probe.ts'

/** Of what the scrape may take so much is left for the way back, seconds. */
const TIMEOUT_OFFSET_SECONDS = 0.5
const TIMEOUT_SECONDS = 120
/** A probe holds sockets for as long as its target likes. */
const PROBES_AT_ONCE_MAX = 200
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

interface ProbeOptions {
  /** `--probe.config.file`. */
  readonly file: string
  /** `--probe.deny`. */
  readonly deny: readonly string[]
  readonly random: Random
}

/** @throws UserError `flag/invalid`, ConfigErrors, OutsideError for a file that cannot be read */
export async function probeAnswers(
  world: LocalWorld,
  options: ProbeOptions,
): Promise<(request: PlainRequest) => Promise<PlainAnswer>> {
  for (const entry of options.deny) {
    const mistake = outboundMistake(entry)
    if (mistake !== undefined) throw new UserError('flag/invalid', `--probe.deny: ${mistake}`)
  }
  const text = await readText(world.disk, options.file)
  const baseDirectory = options.file.includes('/') ? options.file.replace(/\/[^/]*$/, '') : '.'
  const modules = readProbeModules(text, { file: options.file, baseDirectory })
  const own: ProbeWorld = {
    clock: world.clock,
    random: options.random,
    files: new SettingFiles(world.disk, world.clock),
    isAllowed: outboundFilter({ deny: options.deny, allow: [] }),
  }
  let running = 0
  return async (request) => {
    if (running >= PROBES_AT_ONCE_MAX)
      return textAnswer(503, 'too many probes at once, try again later')
    running++
    try {
      return await answered(request, modules, own)
    } finally {
      running--
    }
  }
}

async function answered(
  { url, headers }: PlainRequest,
  modules: ReadonlyMap<string, ProbeModule>,
  world: ProbeWorld,
): Promise<PlainAnswer> {
  const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
  const name = query.get('module') || 'http_2xx'
  const module = modules.get(name)
  if (module === undefined) return textAnswer(400, `Unknown module ${JSON.stringify(name)}`)
  const target = query.get('target') ?? ''
  if (target === '') return textAnswer(400, 'Target parameter is missing')
  if (!['http', 'tcp', 'dns'].includes(module.prober))
    return textAnswer(400, `prober ${module.prober} is not implemented`)
  const given = headers['x-prometheus-scrape-timeout-seconds']?.toString() ?? ''
  const seconds = timeoutSeconds(Number(given), module.timeoutMs / 1000)
  if (Number.isNaN(seconds))
    return textAnswer(500, `Failed to parse timeout from Prometheus header: ${given}`)
  const page = await probed(module, target, query.get('hostname') ?? '', seconds, world)
  if (query.get('debug') === 'true') {
    const notes = page.notes.join('\n')
    return textAnswer(
      200,
      `Steps of the probe:\n${notes}\n\n\nMetrics that would have been returned:\n${page.text()}`,
    )
  }
  return { status: 200, headers: { 'Content-Type': CONTENT_TYPE }, body: page.text() }
}

/** @source blackbox_exporter prober/handler.go getTimeout */
function timeoutSeconds(ofScrape: number, ofModule: number): number {
  const most = (ofScrape || TIMEOUT_SECONDS) - TIMEOUT_OFFSET_SECONDS
  return Number.isNaN(ofScrape)
    ? NaN
    : (ofModule < most && ofModule > 0) || most < 0
      ? ofModule
      : most
}

async function probed(
  module: ProbeModule,
  target: string,
  hostname: string,
  seconds: number,
  world: ProbeWorld,
): Promise<ProbePage> {
  const page = new ProbePage()
  const end = new AbortController()
  const timer = world.clock.after(seconds * 1000, () => end.abort())
  const probe: Probe = { ...world, page, signal: end.signal }
  const startMs = world.clock.monotonicMs()
  let isSuccess = false
  try {
    if (module.prober === 'http') isSuccess = await probeHttp(target, module.http, hostname, probe)
    else if (module.prober === 'tcp')
      isSuccess = await probeTcp(target, module.tcp, hostname, probe)
    else isSuccess = await probeDns(target, module.dns, probe)
  } catch (error) {
    // Whatever a target does is a result.
    page.note(`failed: ${messageOf(error)}`)
  } finally {
    timer.cancel()
  }
  const duration = (world.clock.monotonicMs() - startMs) / 1000
  page.set('probe_duration_seconds', 'How long the probe took, seconds.', duration)
  page.set('probe_success', 'Whether the probe was a success.', isSuccess ? 1 : 0)
  return page
}
