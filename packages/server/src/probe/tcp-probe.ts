// A connection, and a conversation by lines over it.
import type { Socket } from 'node:net'
import { messageOf, OutsideError } from '@pharos/base'
import type { TcpProbeSettings } from '@pharos/config'
import { addressFor, connected, hostAndPort, type Probe, secured, within } from './probe-world.ts'

/** The longest line that is waited for, and the most lines, bytes together. */
const TALK_BYTES_MAX: number = 1024 * 1024
const REGEX_HELP = 'Whether a regular expression failed the probe.'

/** @source blackbox_exporter prober/tcp.go ProbeTCP */
export async function probeTcp(
  target: string,
  settings: TcpProbeSettings,
  hostname: string,
  probe: Probe,
): Promise<boolean> {
  const { page } = probe
  page.set('probe_failed_due_to_regex', REGEX_HELP, 0)
  const { host, port } = hostAndPort(target, 0)
  const address = await addressFor(host, settings, probe)
  const tls = { ...settings.tls, serverName: settings.tls.serverName || hostname }
  let socket: Socket = await connected(probe, address, port, settings.sourceAddress)
  try {
    if (settings.isTls) socket = await secured(probe, socket, host, tls)
    let lines = new LineReader(socket)
    for (const { expect, send, startTls } of settings.queryResponse) {
      let text = send
      if (expect !== undefined) {
        for (;;) {
          const line = await within(probe, lines.next())
          if (line === undefined) {
            page.set('probe_failed_due_to_regex', REGEX_HELP, 1)
            page.note('the connection ended before a line matched')
            return false
          }
          const groups = expect.match(line)
          if (groups === undefined) continue
          text = expect.expand(send, groups)
          break
        }
      }
      if (text !== '') socket.write(`${text}\n`)
      if (startTls) {
        lines.stop()
        socket = await secured(probe, socket, host, tls)
        lines = new LineReader(socket)
      }
    }
    return true
  } finally {
    socket.destroy()
  }
}

/** Lines as they come. */
class LineReader {
  readonly #socket: Socket
  #rest = ''
  #bytes = 0
  #error: Error | undefined
  #isOver = false
  #wake: (() => void) | undefined
  readonly #onData = (part: Buffer): void => {
    this.#bytes += part.length
    this.#rest += part.toString('utf8')
    this.#wake?.()
  }
  readonly #onEnd = (): void => {
    this.#isOver = true
    this.#wake?.()
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#onData).on('close', this.#onEnd).on('end', this.#onEnd)
    socket.on('error', (error) => (this.#error ??= error))
  }

  /** Leaves the bytes to come to somebody else. */
  stop(): void {
    this.#socket.off('data', this.#onData).off('close', this.#onEnd).off('end', this.#onEnd)
    this.#socket.pause()
  }

  /** Undefined at the end. @throws OutsideError when the connection breaks, or says too much */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf('\n')
      if (end >= 0) {
        const line = this.#rest.slice(0, end).replace(/\r$/, '')
        this.#rest = this.#rest.slice(end + 1)
        return line
      }
      if (this.#error !== undefined) throw new OutsideError('net/closed', messageOf(this.#error))
      if (this.#bytes > TALK_BYTES_MAX) throw new OutsideError('net/closed', 'it says too much')
      if (this.#isOver) {
        const line = this.#rest
        this.#rest = ''
        return line === '' ? undefined : line
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
