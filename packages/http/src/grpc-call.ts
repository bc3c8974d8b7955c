// One unary gRPC call over base's Net: enough to ask a server whether it is well, without a library of gRPC in the server.

import { connect, constants } from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { Duplex } from 'node:stream'
import type { Clock, Connection, Net } from '@pharos/base'
import { OutsideError } from '@pharos/base'
import { deadlineError, dialError } from './client-errors.ts'
import { GRPC_ANSWER_BYTES_MAX } from './limits.ts'

interface GrpcCall {
  readonly host: string
  readonly port: number
  /** `/grpc.health.v1.Health/Check`. */
  readonly path: string
  /** Protobuf, without the frame. */
  readonly message: Uint8Array
  /** For everything, ms. */
  readonly timeoutMs: number
}

/**
 * Calls over HTTP/2 without TLS.
 *
 * @returns the message of the answer, without its frame
 * @throws OutsideError `http/grpc` with the server's status, `http/timeout`, `net/…`
 * @source gRPC over HTTP/2 (PROTOCOL-HTTP2.md of grpc)
 */
export async function grpcCall(
  world: { readonly net: Net; readonly clock: Clock },
  call: GrpcCall,
): Promise<Uint8Array> {
  const stop = new AbortController()
  const deadline = world.clock.after(call.timeoutMs, () => stop.abort(deadlineError()))
  let session: ClientHttp2Session | undefined
  try {
    const { host, port } = call
    const connection = await world.net
      .connect({ host, port, signal: stop.signal })
      .catch((error: unknown) => {
        throw stop.signal.aborted ? stop.signal.reason : dialError(error, host, port)
      })
    const authority = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    session = connect(authority, { createConnection: () => new ConnectionStream(connection) })
    return await answered(session, call, stop.signal)
  } finally {
    deadline.cancel()
    session?.destroy()
  }
}

function answered(
  session: ClientHttp2Session,
  call: GrpcCall,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(signal.aborted ? (signal.reason as Error) : asGrpcError(error))
    }
    session.on('error', fail)
    const stream = session.request({
      ':method': 'POST',
      ':path': call.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.on('error', fail)
    signal.addEventListener('abort', () => {
      fail(signal.reason as Error)
      stream.close(constants.NGHTTP2_CANCEL)
    })
    collect(stream, resolve, reject)
    stream.end(framed(call.message))
  })
}

function collect(
  stream: ClientHttp2Stream,
  resolve: (message: Uint8Array) => void,
  reject: (error: Error) => void,
): void {
  const parts: Buffer[] = []
  let length = 0
  let status: IncomingHttpHeaders = {}
  stream.on('response', (headers) => {
    const code = headers[':status']
    if (code !== 200)
      reject(new OutsideError('http/grpc', `server returned HTTP status ${code ?? '?'}`))
    status = { ...headers }
  })
  stream.on('trailers', (trailers) => (status = { ...status, ...trailers }))
  stream.on('data', (part: Buffer) => {
    length += part.length
    if (length > GRPC_ANSWER_BYTES_MAX) {
      reject(new OutsideError('http/grpc', 'the answer is too long'))
      stream.close(constants.NGHTTP2_CANCEL)
      return
    }
    parts.push(part)
  })
  stream.on('close', () => {
    const code = status['grpc-status']
    if (code !== '0') {
      const text = String(status['grpc-message'] ?? '').slice(0, 200)
      const shown = code === undefined ? 'no gRPC status came' : `gRPC status ${String(code)}`
      reject(new OutsideError('http/grpc', text === '' ? shown : `${shown}: ${text}`))
      return
    }
    const body = Buffer.concat(parts)
    if (body.length < 5 || body[0] !== 0 || body.readUInt32BE(1) !== body.length - 5)
      reject(new OutsideError('http/grpc', 'the answer is no single gRPC message'))
    else resolve(body.subarray(5))
  })
}

/** One byte for "not compressed", four for the length. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  return frame
}

function asGrpcError(error: Error): OutsideError {
  if (error instanceof OutsideError) return error
  return new OutsideError('http/grpc', `no HTTP/2: ${error.message.slice(0, 200)}`, {
    cause: error,
  })
}

/** A connection of ours as a stream of Node's. */
class ConnectionStream extends Duplex {
  readonly #connection: Connection
  #isListening = false

  constructor(connection: Connection) {
    super()
    this.#connection = connection
  }

  override _read(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#connection.listen({
      data: (bytes) => this.push(Buffer.from(bytes)),
      end: () => this.push(null),
      closed: (error) => {
        if (error === undefined) this.push(null)
        else this.destroy(error)
      },
    })
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#connection.write(bytes)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.destroy()
    done(error)
  }
}
