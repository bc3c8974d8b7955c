import * as nodeNet from 'node:net'
import * as nodeTls from 'node:tls'
import { OutsideError } from '../errors.ts'

/** Headers of a proxy's answer to CONNECT, bytes. */
const TUNNEL_HEAD_BYTES_MAX = 16_384

/**
 * Sends CONNECT on a connected socket and waits for the answer's head; what follows it is the tunnel's.
 * @throws OutsideError `net/proxy` with the status text of a refusal, or when the answer is no HTTP
 */
export async function openTunnel(
  socket: nodeNet.Socket | nodeTls.TLSSocket,
  request: Uint8Array,
): Promise<void> {
  const head = await new Promise<string>((resolve, reject) => {
    let text = ''
    const settle = (act: () => void): void => {
      socket.pause()
      socket.off('data', onData).off('error', onError).off('end', onEnd)
      act()
    }
    const onError = (error: Error): void => settle(() => reject(error))
    const onEnd = (): void => onError(refusal('unexpected EOF'))
    const onData = (bytes: Buffer): void => {
      text += bytes.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) {
        if (text.length > TUNNEL_HEAD_BYTES_MAX)
          onError(refusal('the answer to CONNECT is too long'))
        return
      }
      settle(() => {
        if (text.length > end + 4) socket.unshift(Buffer.from(text.slice(end + 4), 'latin1'))
        resolve(text.slice(0, end))
      })
    }
    socket.on('data', onData).on('error', onError).on('end', onEnd)
    socket.write(request)
    socket.resume()
  })
  const status = /^HTTP\/1\.[01] (\d{3}) ?(.*)/.exec(head)
  if (status === null) throw refusal('malformed HTTP response')
  // Go shows the status text alone.
  if (status[1] !== '200') throw refusal(status[2] === '' ? status[1]! : status[2]!)
}

function refusal(text: string): OutsideError {
  return new OutsideError('net/proxy', text)
}
