import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import type { Connection, TlsClientOptions } from '../net.ts'
import { createRealNet } from './real-net.ts'

async function listening(
  accept: (socket: Socket) => void,
): Promise<{ port: number; server: Server }> {
  const server = createServer(accept)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, server }
}

function heard(connection: Connection): Promise<{ text: string; ended: boolean; error?: Error }> {
  return new Promise((resolve) => {
    let text = ''
    let ended = false
    connection.listen({
      data: (bytes) => (text += new TextDecoder().decode(bytes)),
      end: () => (ended = true),
      closed: (error) => resolve({ text, ended, ...(error !== undefined && { error }) }),
    })
  })
}

test('bytes go there and back, and an early greeting waits for its listener', async () => {
  const { port, server } = await listening((socket) => {
    socket.write('hello ')
    socket.on('data', (bytes) => socket.end(bytes))
  })
  const connection = await createRealNet().connect({ host: '127.0.0.1', port })
  connection.write(new TextEncoder().encode('echo'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(await heard(connection)).toEqual({ text: 'hello echo', ended: true })
  server.close()
})

test('many connections share one read buffer without mixing their bytes', async () => {
  const { port, server } = await listening((socket) => {
    socket.on('data', (bytes) => socket.end(bytes.toString().repeat(20_000)))
  })
  const net = createRealNet()
  const all = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const connection = await net.connect({ host: '127.0.0.1', port })
      connection.write(new TextEncoder().encode(`[${i}]`))
      return (await heard(connection)).text
    }),
  )
  all.forEach((text, i) => expect(text === `[${i}]`.repeat(20_000), `connection ${i}`).toBe(true))
  server.close()
})

test('a refused, a missing and an aborted connection each have their code', async () => {
  const net = createRealNet()
  const { port, server } = await listening(() => {})
  await new Promise((resolve) => server.close(resolve))
  await expect(net.connect({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'net/refused',
    message: `dial tcp 127.0.0.1:${port}: connect: connection refused`,
  })
  await expect(
    net.connect({ host: '', port: 0, socketPath: '/nonexistent/socket' }),
  ).rejects.toMatchObject({ code: 'net/refused' })
  await expect(
    net.connect({ host: '127.0.0.1', port, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({ code: 'net/aborted' })
  const abort = new AbortController()
  const waiting = net.connect({ host: '127.0.0.1', port, signal: abort.signal })
  abort.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'net/aborted' })
})

test('TLS with a plain server fails as TLS', async () => {
  const { port, server } = await listening((socket) => socket.end('plain\r\n\r\n'))
  await expect(createRealNet().connect({ host: '127.0.0.1', port, tls: {} })).rejects.toMatchObject(
    { code: expect.stringMatching(/^net\/(tls|reset)$/) as string },
  )
  server.close()
})

test('destroying a connection closes it without an error', async () => {
  const { port, server } = await listening(() => {})
  const connection = await createRealNet().connect({ host: '127.0.0.1', port })
  const closed = heard(connection)
  connection.destroy()
  expect(await closed).toEqual({ text: '', ended: false })
  server.close()
})

test('a certificate is checked against the authority and the name that were given', async () => {
  const pem = (name: string): string =>
    readFileSync(new URL(`./testdata/${name}.pem`, import.meta.url), 'utf8')
  const server = createTlsServer({ cert: pem('server'), key: pem('server-key') }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (bytes) => socket.end(bytes))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const net = createRealNet()
  const ask = async (tls: TlsClientOptions): Promise<string> => {
    try {
      const connection = await net.connect({ host: '127.0.0.1', port, tls })
      const answer = heard(connection)
      connection.write(new TextEncoder().encode('echo'))
      return (await answer).text
    } catch (error) {
      const { code, message } = error as { code: string; message: string }
      return `${code}: ${message}`
    }
  }
  const ca = pem('authority')
  expect(await ask({ ca })).toBe('echo')
  expect(await ask({ ca, serverName: 'service.test', minVersion: 'TLSv1.3' })).toBe('echo')
  expect(await ask({ insecureSkipVerify: true })).toBe('echo')
  expect(await ask({})).toBe(
    'net/tls: tls: failed to verify certificate: x509: certificate signed by unknown authority',
  )
  expect(await ask({ ca, serverName: 'other.test' })).toContain('x509: Hostname/IP does not match')
  expect(await ask({ ca, cert: 'rubbish', key: 'rubbish' })).toContain('tls: certificate or key:')
  expect(await ask({ insecureSkipVerify: true, maxVersion: 'TLSv1' })).toMatch(/^net\/tls: tls: /)
  await new Promise((resolve) => server.close(resolve))
})
