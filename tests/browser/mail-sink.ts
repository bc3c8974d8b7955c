// A mail server for tests that speaks TLS at once or after STARTTLS and wants a login; takes every mail, or refuses
// recipients when told to.
import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'

interface MailSinkOptions {
  readonly certificate: { readonly cert: string; readonly key: string }
  /** TLS from the first byte; else by STARTTLS. */
  readonly isSecure: boolean
  /** The port that is wanted, 465 or 587; another one when it is taken or not ours to take. */
  readonly port: number
  readonly user: string
  readonly password: string
}

export interface MailSink {
  readonly port: number
  /** Whole messages, headers first. All came over TLS, behind a login. */
  readonly mails: readonly string[]
  /** Answers every recipient with this line from now on; undefined: takes them. */
  refusal: string | undefined
  close(): Promise<void>
}

export async function mailSink(options: MailSinkOptions): Promise<MailSink> {
  const mails: string[] = []
  const sockets = new Set<Socket>()
  const begin = (socket: Socket): void => {
    socket.write('220 mail.test ESMTP\r\n')
    talk(socket, { options, sink, mails })
  }
  const server = options.isSecure
    ? createTlsServer({ ...options.certificate }, begin)
    : createServer(begin)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  })
  server.on('tlsClientError', () => {})
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.removeListener('error', reject)
        resolve()
      })
    })
  await listen(options.port).catch(() => listen(0))
  const address = server.address()
  const sink: MailSink = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    refusal: undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return sink
}

interface Talk {
  readonly options: MailSinkOptions
  readonly sink: MailSink
  readonly mails: string[]
}

function talk(socket: Socket, { options, sink, mails }: Talk): void {
  let text = ''
  let isData = false
  let isIn = false
  const isSecure = socket instanceof TLSSocket
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  const answer = (line: string): void => {
    const verb = line.split(' ')[0]!.toUpperCase()
    if (verb === 'EHLO') {
      const offers = isSecure ? ['AUTH PLAIN'] : ['STARTTLS']
      say(['250-mail.test', ...offers.map((one) => `250-${one}`), '250 SIZE 1000000'].join('\r\n'))
    } else if (verb === 'AUTH') {
      const [, user, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
        .toString()
        .split('\0')
      isIn = isSecure && user === options.user && password === options.password
      say(isIn ? '235 2.7.0 in' : '535 5.7.8 bad login')
    } else if (verb === 'QUIT') {
      say('221 bye')
      socket.end()
    } else if (!isIn) say('530 5.7.0 log in first')
    else if (verb === 'RCPT') say(sink.refusal ?? '250 ok')
    else if (verb === 'DATA') {
      isData = true
      say('354 go on')
    } else say('250 ok')
  }
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    for (;;) {
      const end = text.indexOf(isData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const line = text.slice(0, end)
      text = text.slice(end + (isData ? 5 : 2))
      if (isData) {
        mails.push(line)
        isData = false
        say('250 taken')
      } else if (line === 'STARTTLS' && !isSecure) {
        socket.removeAllListeners('data')
        say('220 go on')
        const secured = new TLSSocket(socket, { isServer: true, ...options.certificate })
        secured.on('error', () => socket.destroy())
        talk(secured, { options, sink, mails })
        return
      } else answer(line)
    }
  })
}
