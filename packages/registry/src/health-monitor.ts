// Asks instances whether they are well. One loop an instance, spread over its interval; two failures in a row make it
// critical, one success makes it passing.

import { background, messageOf, OutsideError, ProtoReader, ProtoWriter } from '@pharos/base'
import type { Clock, Logger, Net, Random } from '@pharos/base'
import { createHttpClient, grpcCall } from '@pharos/http'
import type { HttpClient } from '@pharos/http'
import type { HealthCheck } from './health-check.ts'
import { CHECK_BODY_BYTES_MAX, CHECKED_MAX, CHECK_FAILURES } from './limits.ts'
import { addressOf } from './service-labels.ts'

/** An instance that wants to be asked. */
export interface Checked {
  /** Stays the same as long as the instance does. */
  readonly key: string
  readonly host: string
  readonly port: number
  readonly check: HealthCheck
}

export interface HealthStatus {
  readonly state: 'passing' | 'critical' | 'unknown'
  /** Failed checks in a row. */
  readonly failures: number
  /** '' after a success. */
  readonly lastError: string
  /** ms since 1970; undefined before the first check has ended. */
  readonly lastCheckMs: number | undefined
  /** How long the last check took. */
  readonly latencyMs: number
}

interface HealthWorld {
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

const UNKNOWN: HealthStatus = {
  state: 'unknown',
  failures: 0,
  lastError: '',
  lastCheckMs: undefined,
  latencyMs: 0,
}

interface Following {
  readonly text: string
  readonly stop: AbortController
  status: HealthStatus
}

export class HealthMonitor {
  readonly #world: HealthWorld
  readonly #log: Logger
  readonly #client: HttpClient
  readonly #following = new Map<string, Following>()

  constructor(world: HealthWorld) {
    this.#world = world
    this.#log = world.log.component('health')
    this.#client = createHttpClient(world)
  }

  /** From now on these are asked, and nobody else. One that is asked already goes on in its own time. */
  follow(instances: Iterable<Checked>): void {
    const gone = new Set(this.#following.keys())
    for (const one of instances) {
      gone.delete(one.key)
      const text = JSON.stringify(one)
      const known = this.#following.get(one.key)
      if (known?.text === text || (known === undefined && this.#following.size >= CHECKED_MAX))
        continue
      known?.stop.abort()
      const following = { text, stop: new AbortController(), status: UNKNOWN }
      this.#following.set(one.key, following)
      background('health check', this.#run(one, following), this.#log)
    }
    for (const key of gone) {
      this.#following.get(key)!.stop.abort()
      this.#following.delete(key)
    }
  }

  /** Undefined for an instance that is not asked. */
  status(key: string): HealthStatus | undefined {
    return this.#following.get(key)?.status
  }

  close(): void {
    this.follow([])
    this.#client.close()
  }

  async #run(instance: Checked, following: Following): Promise<void> {
    const { clock, random } = this.#world
    const { signal } = following.stop
    const { intervalMs } = instance.check
    const sleep = (ms: number): Promise<void> => clock.sleep(ms, signal).catch(() => {})
    await sleep(Math.floor(random.next() * Math.min(1_000, intervalMs)))
    while (!signal.aborted) {
      const startMs = clock.monotonicMs()
      const lastError = await this.#ask(instance)
      if (signal.aborted) return
      const latencyMs = clock.monotonicMs() - startMs
      this.#note(instance, following, lastError, latencyMs)
      await sleep(Math.max(0, intervalMs - latencyMs))
    }
  }

  #note(instance: Checked, following: Following, lastError: string, latencyMs: number): void {
    const before = following.status
    const failures = lastError === '' ? 0 : before.failures + 1
    const state =
      failures === 0 ? 'passing' : failures >= CHECK_FAILURES ? 'critical' : before.state
    const lastCheckMs = this.#world.clock.now()
    following.status = { state, failures, lastError, lastCheckMs, latencyMs }
    if (state === before.state) return
    const { key, host, port } = instance
    const fields = { key, address: addressOf({ host, port }) }
    if (state === 'critical')
      this.#log.warn('an instance is critical', { ...fields, err: lastError })
    else if (before.state === 'critical') this.#log.info('an instance is well again', fields)
  }

  /** @returns why the instance is not well; '' when it is */
  async #ask({ host, port, check }: Checked): Promise<string> {
    const at = check.port === 0 ? port : check.port
    try {
      switch (check.kind) {
        case 'http':
          return await this.#askHttp(`http://${addressOf({ host, port: at })}${check.what}`, check)
        case 'tcp':
          return await this.#askTcp(host, at, check.timeoutMs)
        case 'grpc':
          return await this.#askGrpc(host, at, check)
      }
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      return messageOf(error)
    }
  }

  async #askHttp(url: string, { timeoutMs }: HealthCheck): Promise<string> {
    const response = await this.#client.request({
      url,
      timeoutMs,
      maxBodyBytes: CHECK_BODY_BYTES_MAX,
      followRedirects: false,
    })
    response.release()
    const isGood = response.status >= 200 && response.status < 300
    return isGood ? '' : `server returned HTTP status ${response.statusText}`
  }

  async #askTcp(host: string, port: number, timeoutMs: number): Promise<string> {
    const { clock, net } = this.#world
    const stop = new AbortController()
    const timer = clock.after(timeoutMs, () => stop.abort())
    try {
      const connection = await net.connect({ host, port, signal: stop.signal })
      connection.destroy()
      return ''
    } catch (error) {
      if (stop.signal.aborted) return `dial tcp ${addressOf({ host, port })}: i/o timeout`
      throw error
    } finally {
      timer.cancel()
    }
  }

  /** @source grpc.health.v1: HealthCheckRequest.service = 1, HealthCheckResponse.status = 1, SERVING = 1 */
  async #askGrpc(host: string, port: number, { what, timeoutMs }: HealthCheck): Promise<string> {
    const request = new ProtoWriter()
    if (what !== '') request.text(1, what)
    const path = '/grpc.health.v1.Health/Check'
    const answer = await grpcCall(this.#world, {
      host,
      port,
      path,
      timeoutMs,
      message: request.bytes(),
    })
    const reader = new ProtoReader(answer)
    let status = 0
    while (reader.next()) {
      if (reader.field === 1) status = reader.uint64()
      else reader.skip()
    }
    return status === 1 ? '' : `status is ${SERVING_STATUS[status] ?? status}`
  }
}

const SERVING_STATUS: readonly string[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']
