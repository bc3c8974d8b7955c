// HTTP servers in the simulated network, for the tests of what asks them.

import type { Connection } from '@pharos/base'
import type { SimNet } from '@pharos/base/sim'

export interface SimRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** The whole head, as it came. */
  readonly head: string
  readonly body: string
}

export interface SimHttpAnswer {
  /** `404 Not Found`; `200 OK` when missing. */
  readonly status?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The body does not end: called with what sends more of it. */
  readonly stream?: (send: (text: string) => void, end: () => void) => void
}

/** Answers every request at an address; undefined breaks the connection. */
export function serveHttp(
  net: SimNet,
  address: string,
  answer: (request: SimRequest) => SimHttpAnswer | undefined,
): void {
  net.register(address, (connection: Connection) => {
    let text = ''
    connection.listen({
      data(bytes) {
        text += Buffer.from(bytes).toString('latin1')
        for (;;) {
          const end = text.indexOf('\r\n\r\n')
          if (end < 0) return
          const head = text.slice(0, end)
          const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
          if (text.length < end + 4 + length) return
          const body = text.slice(end + 4, end + 4 + length)
          text = text.slice(end + 4 + length)
          const [method = '', path = ''] = head.split(' ')
          const given = answer({ method, path, head, body })
          if (given === undefined) connection.destroy()
          else send(connection, given)
        }
      },
      end: () => connection.destroy(),
      closed() {},
    })
  })
}

function send(connection: Connection, answer: SimHttpAnswer): void {
  const body = Buffer.from(answer.body ?? '')
  const headers = { 'Content-Type': 'application/json', ...answer.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  lines.push(
    answer.stream === undefined ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked',
  )
  const head = `HTTP/1.1 ${answer.status ?? '200 OK'}\r\n${lines.join('\r\n')}\r\n\r\n`
  connection.write(Buffer.concat([Buffer.from(head), body]))
  answer.stream?.(
    (text) => {
      const chunk = Buffer.from(text)
      connection.write(Buffer.from(`${chunk.length.toString(16)}\r\n${text}\r\n`))
    },
    () => connection.write(Buffer.from('0\r\n\r\n')),
  )
}
