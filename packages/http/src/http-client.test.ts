import { gzipSync } from 'node:zlib'
import type { Connection, ConnectionEvents, ConnectOptions, Net } from '@pharos/base'
import { OutsideError } from '@pharos/base'
import { SimClock, SimNet } from '@pharos/base/sim'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHttpClient } from './create-http-client.ts'
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts'

/** Answers every connection with the texts of a script, one for each request; 'close' ends the connection. */
class ScriptedNet implements Net {
  readonly requests: string[] = []
  readonly connects: ConnectOptions[] = []
  readonly #answers: (readonly (string | Uint8Array)[])[]

  constructor(answers: readonly (readonly (string | Uint8Array)[])[]) {
    this.#answers = [...answers]
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    this.connects.push(options)
    let events: ConnectionEvents | undefined
    let closed = false
    const close = (): void => {
      if (closed) return
      closed = true
      events?.closed()
    }
    return {
      listen: (owner) => {
        events = owner
      },
      write: (bytes) => {
        this.requests.push(Buffer.from(bytes).toString('latin1'))
        const pieces = this.#answers.shift() ?? ['close']
        queueMicrotask(() => {
          for (const piece of pieces) {
            if (closed) return
            if (piece === 'close') {
              events?.end()
              close()
            } else events?.data(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
          }
        })
      },
      destroy: () => queueMicrotask(close),
    }
  }
}

function clientOn(...answers: readonly (readonly (string | Uint8Array)[])[]): {
  client: HttpClient
  net: ScriptedNet
} {
  const net = new ScriptedNet(answers)
  return { client: createHttpClient({ net, clock: new SimClock() }), net }
}

const URL_TEXT = 'http://h:80/metrics'

async function answer(
  pieces: readonly (string | Uint8Array)[],
  request: Partial<HttpRequest> = {},
): Promise<HttpResponse> {
  return await clientOn(pieces).client.request({ url: URL_TEXT, ...request })
}

async function failure(
  pieces: readonly (string | Uint8Array)[],
  request: Partial<HttpRequest> = {},
): Promise<string> {
  return await answer(pieces, request).then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

function text(response: HttpResponse): string {
  return Buffer.from(response.body).toString('latin1')
}

test('a body is read by its length, by chunks, or to the end of the connection', async () => {
  const check = async (pieces: string[], body: string): Promise<void> => {
    const response = await answer(pieces)
    expect(response.status).toBe(200)
    expect(response.statusText).toBe('200 OK')
    expect(text(response)).toBe(body)
  }
  await check(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'], 'hello')
  await check(['HTTP/1.1 200 OK\nContent-Length: 5\n\nhello'], 'hello')
  await check(['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'], '')
  await check(
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nT: v\r\n\r\n',
    ],
    'hello',
  )
  await check(['HTTP/1.0 200 OK\r\n\r\nhel', 'lo', 'close'], 'hello')
  await check(
    ['HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'],
    'x',
  )
  await check(['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab'], 'ab')
})

test('the same answer comes out however the bytes are cut', async () => {
  const whole =
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n'
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 20 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length]
      const pieces = at.slice(1).map((end, i) => whole.slice(at[i], end))
      const response = await answer(pieces)
      expect(text(response)).toBe('hello world')
      expect(response.headers.get('content-type')).toBe('text/plain')
    }),
  )
})

test('what is no HTTP, or can be read in two ways, is a clean error', async () => {
  const broken = (why: string): string =>
    `Get "${URL_TEXT}": net/http: HTTP/1.x transport connection broken: ${why}`
  const check = async (pieces: string[], message: string): Promise<void> =>
    expect(await failure(pieces)).toBe(message)
  await check(
    ['SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    broken('malformed HTTP response "SSH-2.0-OpenSSH_9.2"'),
  )
  await check(['HTTP/2.0 200 OK\r\n\r\n'], broken('malformed HTTP version "HTTP/2.0"'))
  await check(['HTTP/x 200 OK\r\n\r\n'], broken('malformed HTTP version "HTTP/x"'))
  await check(['HTTP/1.1 abc OK\r\n\r\n'], broken('malformed HTTP status code "abc"'))
  await check(['HTTP/1.1 20 OK\r\n\r\n'], broken('malformed HTTP status code "20"'))
  await check(
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n'],
    broken('malformed MIME header line: "no colon"'),
  )
  await check(
    ['HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n'],
    broken('malformed MIME header line: " folded"'),
  )
  await check(['HTTP/1.1 200 OK\r\nA : b\r\n\r\n'], broken('malformed MIME header line: "A : b"'))
  await check(['HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n'], broken('malformed MIME header value for "A"'))
  await check(['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'], broken('bad Content-Length "-1"'))
  await check(
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    broken('bad Content-Length "1, 2"'),
  )
  await check(
    ['HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello'],
    broken('bad Content-Length "0x5"'),
  )
  await check(
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello'],
    broken('response has both Transfer-Encoding and Content-Length'),
  )
  await check(
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    broken('unsupported transfer encoding: "gzip, chunked"'),
  )
  await check(['HTTP/1.1 101 Switching\r\n\r\n'], broken('unexpected interim response 101'))
  await check(['close'], `Get "${URL_TEXT}": EOF`)
  await check(['HTTP/1.1 200', 'close'], `Get "${URL_TEXT}": unexpected EOF`)
  await check(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', 'close'], 'unexpected EOF')
  await check(
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', 'close'],
    'unexpected EOF',
  )
  await check(
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    'invalid byte in chunk length',
  )
  await check(
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n'],
    'invalid byte in chunk length',
  )
  await check(
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n'],
    'malformed chunked encoding',
  )
  await check(
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
    'http chunk length too large',
  )
})

test('headers, chunk lines and bodies have limits', async () => {
  expect(await failure(['HTTP/1.1 200 OK\r\n', `X: ${'a'.repeat(70_000)}`])).toContain(
    'server response headers exceeded 65536 bytes; aborted',
  )
  expect(
    await failure([`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(5_000)}`]),
  ).toBe('invalid chunked encoding: line too long')
  const limited = { maxBodyBytes: 10 }
  expect(await failure(['HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n'], limited)).toBe(
    'body size limit exceeded',
  )
  expect(await failure(['HTTP/1.1 200 OK\r\n\r\n', 'a'.repeat(11)], limited)).toBe(
    'body size limit exceeded',
  )
  const chunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\naaaaaa\r\n6\r\n'
  expect(await failure([chunks], limited)).toBe('body size limit exceeded')
  expect(
    text(await answer(['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789'], limited)),
  ).toBe('0123456789')
})

test('gzip is unpacked, within the limit', async () => {
  const packed = gzipSync('metric 1\n'.repeat(1_000))
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`
  expect(text(await answer([head, packed]))).toBe('metric 1\n'.repeat(1_000))
  expect(await failure([head, packed], { maxBodyBytes: 8_999 })).toBe('body size limit exceeded')
  const torn = packed.subarray(0, packed.length - 9)
  const tornHead = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${torn.length}\r\n\r\n`
  expect(await failure([tornHead, torn])).toBe('unexpected EOF')
  expect(
    await failure(['HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello']),
  ).toBe('gzip: invalid header')
})

test('one connection serves many requests; a dead kept one is replaced without a word', async () => {
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n'
  const { client, net } = clientOn([`${ok}1`], [`${ok}2`], ['close'], [`${ok}3`], ['close'])
  expect(text(await client.request({ url: URL_TEXT }))).toBe('1')
  expect(text(await client.request({ url: URL_TEXT }))).toBe('2')
  expect(net.connects.length).toBe(1)
  expect(text(await client.request({ url: URL_TEXT }))).toBe('3')
  expect(net.connects.length).toBe(2)
  // A post may have been done: it is not sent twice.
  await expect(
    client.request({ url: URL_TEXT, method: 'POST', body: Buffer.from('x') }),
  ).rejects.toThrow(`Post "${URL_TEXT}": EOF`)
  expect(net.connects.length).toBe(2)
})

test('a connection is not kept when the answer says so or more bytes came than belong to it', async () => {
  for (const first of [
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na',
    'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc',
  ]) {
    const { client, net } = clientOn([first], ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb'])
    expect(text(await client.request({ url: URL_TEXT }))).toBe('a')
    expect(text(await client.request({ url: URL_TEXT }))).toBe('b')
    expect(net.connects.length, first).toBe(2)
  }
})

test('a request says what was asked, and refuses to say more', async () => {
  const { client, net } = clientOn(['HTTP/1.1 204 No Content\r\n\r\n'])
  await client
    .request({
      url: 'http://user:p%40ss@[::1]:9100/a b?x=ü',
      headers: [['Accept', '*/*']],
    })
    .catch(() => {})
  expect(net.requests).toEqual([])
  await client.request({ url: 'http://user:p%40ss@[::1]:9100/a?x=ü', headers: [['Accept', '*/*']] })
  expect(net.requests[0]).toBe(
    'GET /a?x=%C3%BC HTTP/1.1\r\nHost: [::1]:9100\r\nAccept: */*\r\nAuthorization: Basic dXNlcjpwQHNz\r\n\r\n',
  )
  expect(net.connects[0]).toMatchObject({ host: '::1', port: 9100 })
  const refused = async (request: HttpRequest): Promise<string> =>
    await clientOn()
      .client.request(request)
      .then(
        () => 'sent',
        (error: Error) => error.message,
      )
  expect(await refused({ url: URL_TEXT, headers: [['A', 'b\r\nX: y']] })).toBe(
    'net/http: invalid header field value for "A"',
  )
  expect(await refused({ url: URL_TEXT, headers: [['A\n', 'b']] })).toContain(
    'invalid header field name',
  )
  expect(await refused({ url: URL_TEXT, headers: [['authorization', 'b']] })).toContain(
    'credentials',
  )
  expect(await refused({ url: URL_TEXT, method: 'GET / HTTP/1.1\r\n' })).toContain('invalid method')
  expect(await refused({ url: 'http://h/\r\nX: y' })).toContain('invalid URL')
  expect(await refused({ url: 'file:///etc/passwd' })).toBe('unsupported protocol scheme "file"')
  expect(await refused({ url: 'http://h:99999/' })).toContain('invalid port')
  expect(await refused({ url: 'http:///x' })).toContain('invalid host')
})

test('redirects are followed ten times, and no credential crosses to another host', async () => {
  const to = (location: string, status = 302): string[] => [
    `HTTP/1.1 ${status} Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`,
  ]
  const ok = ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx']
  const credentials = { kind: 'scheme', scheme: 'Bearer', credentials: 'secret' } as const
  const same = clientOn(to('/other'), ok)
  expect((await same.client.request({ url: URL_TEXT, credentials })).url).toBe('http://h/other')
  expect(same.net.requests[1]).toContain('Bearer secret')
  for (const location of ['http://evil/', 'http://h:81/', 'https://h/', '//evil/x']) {
    const cross = clientOn(to(location), to('http://h:80/back'), ok)
    await cross.client.request({ url: URL_TEXT, credentials })
    expect(cross.net.requests[1], location).not.toContain('secret')
    expect(cross.net.requests[2], location).not.toContain('secret')
  }
  const loop = clientOn(...Array.from({ length: 20 }, () => to('/loop')))
  await expect(loop.client.request({ url: URL_TEXT })).rejects.toThrow(
    'Get "/loop": stopped after 10 redirects',
  )
  expect(loop.net.requests.length).toBe(11)
  const bad = clientOn(to('file:///etc/passwd'))
  await expect(bad.client.request({ url: URL_TEXT })).rejects.toThrow(
    'unsupported protocol scheme "file"',
  )
  const not = clientOn(to('/other'))
  expect((await not.client.request({ url: URL_TEXT, followRedirects: false })).status).toBe(302)
  const post = clientOn(to('/get', 303), ok)
  await post.client.request({ url: URL_TEXT, method: 'POST', body: Buffer.from('data') })
  expect(post.net.requests[1]).toMatch(/^GET \/get HTTP/)
  const again = clientOn(to('/post', 307), ok)
  await again.client.request({ url: URL_TEXT, method: 'POST', body: Buffer.from('data') })
  expect(again.net.requests[1]).toMatch(/^POST \/post HTTP[^]*data$/)
})

test('a head answer has no body, whatever its length says', async () => {
  const { client } = clientOn(['HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'])
  expect((await client.request({ url: URL_TEXT, method: 'HEAD' })).body.length).toBe(0)
})

test('time-outs and aborts end a request wherever it hangs', async () => {
  const hang = async (serve: (connection: Connection) => void, silent = false): Promise<string> => {
    const clock = new SimClock()
    const net = new SimNet(clock)
    net.register('h:80', serve)
    if (silent) net.silence('h:80')
    const client = createHttpClient({ net, clock })
    const outcome = client.request({ url: URL_TEXT, timeoutMs: 1_000 }).then(
      () => 'no error',
      (error: Error) => error.message,
    )
    await clock.advance(1_100)
    return await Promise.race([outcome, Promise.resolve('still hanging')])
  }
  const prefixed = `Get "${URL_TEXT}": context deadline exceeded`
  expect(await hang(() => {}, true)).toBe(prefixed)
  expect(await hang(() => {})).toBe(prefixed)
  expect(
    await hang((connection) =>
      connection.write(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc')),
    ),
  ).toBe('context deadline exceeded')

  const clock = new SimClock()
  const net = new SimNet(clock)
  net.register('h:80', () => {})
  const abort = new AbortController()
  const client = createHttpClient({ net, clock })
  const outcome = client
    .request({ url: URL_TEXT, signal: abort.signal })
    .catch((error: Error) => error.message)
  await clock.advance(10)
  abort.abort()
  expect(await outcome).toBe(`Get "${URL_TEXT}": context canceled`)
  expect(
    await client
      .request({ url: URL_TEXT, signal: abort.signal })
      .catch((error: Error) => error.message),
  ).toBe(`Get "${URL_TEXT}": context canceled`)
  await clock.advance(1)
  expect(clock.pending).toBe(0)
})

test('trickling bytes do not keep a request alive past its time', async () => {
  const clock = new SimClock()
  const net = new SimNet(clock)
  net.register('h:80', (connection) => {
    connection.write(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))
    const drip = (): void => {
      connection.write(Buffer.from('a'))
      clock.after(100, drip)
    }
    drip()
  })
  const outcome = createHttpClient({ net, clock })
    .request({ url: URL_TEXT, timeoutMs: 5_000 })
    .catch((error: Error) => error.message)
  await clock.advance(5_001)
  expect(await outcome).toBe('context deadline exceeded')
})

test('a refused connection reads as in the reference, without the password', async () => {
  const clock = new SimClock()
  const client = createHttpClient({ net: new SimNet(clock), clock })
  const error = client
    .request({ url: 'http://u:secret@127.0.0.1:9/metrics' })
    .catch((thrown: Error) => thrown.message)
  await clock.advance(1)
  expect(await error).toBe(
    'Get "http://u:xxxxx@127.0.0.1:9/metrics": dial tcp 127.0.0.1:9: connect: connection refused',
  )
})

test('no bytes of a stranger crash the client or leave it hanging', async () => {
  const starts = [
    '',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: ',
  ]
  const words = fc.constantFrom(
    '\r\n',
    '\r\n\r\n',
    '0',
    'a',
    ': ',
    '5\r\n',
    'Content-Length: 3',
    'hello',
    '\0',
    ';',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 30 })), { maxLength: 20 }),
      async (start, parts) => {
        const outcome = await answer([
          start,
          ...parts.map((part) => Buffer.from(part)),
          'close',
        ]).catch((error: unknown) => error)
        expect(outcome instanceof OutsideError || (outcome as HttpResponse).status >= 100).toBe(
          true,
        )
      },
    ),
    { numRuns: 300 },
  )
})
