// Hands a registry on to Graphite, as lines of its plaintext protocol over TCP.
import { connect } from 'node:net'
import { linesOf } from './family-text.ts'
import { formatNumber } from './go-number.ts'
import type { Registry } from './registry.ts'
import { repeated } from './repeated.ts'

export interface GraphiteBridgeOptions {
  readonly host: string
  /** Default 2003. */
  readonly port?: number
  readonly registry: Registry
  /** Put before each path, with a dot behind it. Default none. */
  readonly prefix?: string
  /** Labels as tags (`name;label=value`) instead of parts of the path (`name.label.value`). Default false. */
  readonly useTags?: boolean
  /** Default 10,000. */
  readonly timeoutMs?: number
  /** Wall clock in ms. Default Date.now. */
  readonly now?: () => number
}

const PORT = 2003
const TIMEOUT_MS = 10_000

/** @source client_golang prometheus/graphite */
export class GraphiteBridge {
  readonly #options: GraphiteBridgeOptions

  constructor(options: GraphiteBridgeOptions) {
    this.#options = options
  }

  /** Sends every series once. @throws Error when Graphite cannot be reached in time, or a callback fails */
  async push(): Promise<void> {
    const { host, port = PORT, timeoutMs = TIMEOUT_MS } = this.#options
    const text = await this.text()
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host, port })
      const fail = (cause: Error): void => {
        socket.destroy()
        reject(new Error(`cannot push to graphite at ${host}:${port}: ${cause.message}`, { cause }))
      }
      socket.setTimeout(timeoutMs, () => fail(new Error(`no answer for ${timeoutMs} ms`)))
      socket.once('error', fail)
      socket.once('connect', () => socket.end(text, () => resolve()))
    })
  }

  /**
   * Pushes again and again, one push after the other; the timer does not keep a process alive.
   * @param onError  told of every push that fails
   */
  start(intervalMs: number, onError: (error: unknown) => void): { stop(): void } {
    return repeated(() => this.push(), intervalMs, onError)
  }

  /** What would be sent: `path value seconds`, a line for each. */
  async text(): Promise<string> {
    const { registry, prefix = '', useTags = false, now = Date.now } = this.#options
    const seconds = Math.floor(now() / 1000)
    let text = ''
    for (const metric of await registry.collected({ onCollectError: 'throw' })) {
      for (const one of metric.series()) {
        for (const { kind, value } of linesOf(one, false)) {
          const own =
            kind.label === undefined ? [] : [[kind.label[0], shown(kind.label[1])] as const]
          const name = sanitized(metric.name + kind.suffix)
          const labels = [...one.labels, ...own].map(([label, word]) =>
            useTags
              ? `;${label}=${word.replaceAll(';', '_')}`
              : `.${sanitized(label)}.${sanitized(word)}`,
          )
          const path = `${prefix === '' ? '' : `${prefix}.`}${name}${labels.join('')}`
          text += `${path} ${formatNumber(value)} ${seconds}\n`
        }
      }
    }
    return text
  }
}

function shown(value: number | string): string {
  return typeof value === 'string' ? value : formatNumber(value)
}

/** What paths are made of; each run of other characters is one `_`. */
function sanitized(text: string): string {
  return text.replace(/[^a-zA-Z0-9_:-]/g, '_').replace(/_{2,}/g, '_')
}
