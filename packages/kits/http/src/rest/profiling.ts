// `/debug/pprof/*`: profiles of the running service, for `pprof` and everything that reads its format. Nobody gets one
// without a permission: a profile tells names of files and functions, and takes time of the service.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Session } from 'node:inspector/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CPU_INTERVAL_US, HEAP_INTERVAL_BYTES, pprofOfCpu, pprofOfHeap } from './pprof.ts'
import { RestError } from './rest-error.ts'

export interface ProfilingOptions {
  /** Who may have profiles; all others get 403. */
  readonly authorize: (request: IncomingMessage) => boolean | Promise<boolean>
}

const SECONDS = 30
const MAX_SECONDS = 300

const INDEX = `/debug/pprof/

profile?seconds=30  where the thread spends its CPU time
wall?seconds=30     the same with the time in which it waits
heap                what is alive, by where it was allocated (sampled since the server started)
cmdline             the command line, NUL between its words

  pprof -http=: http://localhost:8080/debug/pprof/profile?seconds=10
`

export class Profiling {
  readonly #authorize: ProfilingOptions['authorize']
  readonly #session = new Session()
  readonly #ends = new AbortController()
  #isRunning = false

  /** @throws TypeError without `authorize` */
  constructor(options: ProfilingOptions) {
    if (typeof options.authorize !== 'function')
      throw new TypeError('profiling.authorize: wants a function that says who may have profiles')
    this.#authorize = options.authorize
  }

  /** Begins to sample allocations, so that there is something to tell of later. */
  async start(): Promise<void> {
    this.#session.connect()
    await this.#session.post('HeapProfiler.startSampling', {
      samplingInterval: HEAP_INTERVAL_BYTES,
    })
  }

  /** Ends what is being taken. */
  async stop(): Promise<void> {
    if (this.#ends.signal.aborted) return
    this.#ends.abort()
    await this.#session.post('HeapProfiler.stopSampling')
    this.#session.disconnect()
  }

  /** @throws RestError 403, 404 for what there is no profile of, 400, 409 while another one is taken */
  async answer(what: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await this.#authorize(request)))
      throw new RestError(403, 'profiles are not for everybody')
    if (what === '') return said(response, INDEX)
    if (what === 'cmdline') return said(response, process.argv.join('\0'))
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    if (what === 'profile' || what === 'wall') {
      const seconds = Number(query.get('seconds') ?? SECONDS)
      if (!(seconds > 0 && seconds <= MAX_SECONDS))
        throw new RestError(400, `seconds: wants more than 0 and at most ${MAX_SECONDS}`)
      return file(response, what, await this.#cpu(seconds, what === 'wall' ? 'wall' : 'cpu'))
    }
    if (what !== 'heap')
      throw new RestError(404, `there is no profile ${JSON.stringify(what.slice(0, 50))}`)
    const { profile } = await this.#session.post('HeapProfiler.getSamplingProfile')
    file(response, what, await pprofOfHeap(profile, Date.now()))
  }

  async #cpu(seconds: number, kind: 'cpu' | 'wall'): Promise<Buffer> {
    if (this.#isRunning) throw new RestError(409, 'another profile is being taken')
    this.#isRunning = true
    const session = new Session()
    session.connect()
    try {
      await session.post('Profiler.enable')
      await session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL_US })
      await session.post('Profiler.start')
      // A server that stops takes what there is.
      await sleep(seconds * 1000, undefined, { signal: this.#ends.signal }).catch(() => {})
      const { profile } = await session.post('Profiler.stop')
      return await pprofOfCpu(profile, kind, Date.now())
    } finally {
      session.disconnect()
      this.#isRunning = false
    }
  }
}

function said(response: ServerResponse, text: string): void {
  response
    .writeHead(200, {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
    .end(text)
}

function file(response: ServerResponse, name: string, body: Buffer): void {
  response
    .writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${name}.pb.gz"`,
      'content-length': body.length,
      'x-content-type-options': 'nosniff',
    })
    .end(body)
}
