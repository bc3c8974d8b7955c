// A mail server that answers by a script: each fault that real ones have, at the stage where they have it.
import { createHmac } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'

/** A line to answer with; `close` ends the connection, `silence` says nothing. */
type SmtpAnswer = string

export interface SmtpScript {
  /** By verb (`EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`), `GREETING`, `TEXT` for the end of the message; `250 ok` else. */
  readonly answers?: Readonly<Record<string, SmtpAnswer | readonly SmtpAnswer[]>>
  /** Lines of EHLO. */
  readonly offers?: readonly string[]
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** TLS from the first byte. */
  readonly isSecure?: boolean
  /** Logins are checked against it, with PLAIN, LOGIN and CRAM-MD5. */
  readonly account?: { readonly user: string; readonly password: string }
}

interface ScriptedSmtp {
  readonly port: number
  /** Verbs, in order, of all connections. */
  readonly verbs: string[]
  /** Messages that were answered with 250. */
  readonly mails: string[]
  /** How clients logged in, and whether over TLS. */
  readonly logins: string[]
}

export async function scriptedSmtp(script: SmtpScript = {}): Promise<ScriptedSmtp> {
  const talk = new Talk(script)
  const server: Server =
    script.isSecure === true
      ? createTlsServer({ ...script.certificate }, (socket) => talk.begin(socket))
      : createServer((socket) => talk.begin(socket))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, verbs: talk.verbs, mails: talk.mails, logins: talk.logins }
}

class Talk {
  readonly verbs: string[] = []
  readonly mails: string[] = []
  readonly logins: string[] = []
  readonly #script: SmtpScript
  readonly #counts = new Map<string, number>()

  constructor(script: SmtpScript) {
    this.#script = script
  }

  begin(socket: Socket): void {
    this.#say(socket, this.#answer('GREETING', '220 mail.test ESMTP'))
    this.#listen(socket)
  }

  #listen(socket: Socket): void {
    let text = ''
    let isText = false
    const steps: Step[] = []
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8')
      for (;;) {
        const mark = isText ? '\r\n.\r\n' : '\r\n'
        const end = text.indexOf(mark)
        if (end < 0) {
          if (isText) this.#midText(socket)
          return
        }
        const line = text.slice(0, end)
        text = text.slice(end + mark.length)
        if (isText) {
          isText = false
          const answer = this.#answer('TEXT', '250 taken')
          if (answer.startsWith('250')) this.mails.push(line)
          this.#say(socket, answer)
          continue
        }
        const step = steps.shift()
        if (step !== undefined) {
          this.#say(socket, step(line))
          continue
        }
        const verb = line.split(' ')[0]!.toUpperCase()
        this.verbs.push(verb)
        if (verb === 'STARTTLS' && this.#script.certificate !== undefined) {
          this.#secure(socket)
          return
        }
        if (verb === 'AUTH' && this.#script.account !== undefined) {
          this.#say(socket, this.#login(socket, line.split(' '), steps))
          continue
        }
        const answer = this.#answer(verb, this.#usual(verb))
        isText = verb === 'DATA' && answer.startsWith('354')
        this.#say(socket, answer)
      }
    })
  }

  /** @param steps  what is done with the lines that follow */
  #login(socket: Socket, [, method = '', initial = '']: readonly string[], steps: Step[]): string {
    const { user, password } = this.#script.account!
    const over = socket instanceof TLSSocket ? 'TLS' : 'nothing'
    const verdict = (isRight: boolean): string => {
      if (isRight) this.logins.push(`${method} over ${over}`)
      return isRight ? '235 in' : '535 5.7.8 bad login'
    }
    if (method === 'PLAIN') {
      const [, name, secret] = plain(initial).split('\0')
      return verdict(name === user && secret === password)
    }
    if (method === 'LOGIN') {
      let name = ''
      steps.push(
        (line) => {
          name = plain(line)
          return `334 ${base64('Password:')}`
        },
        (line) => verdict(name === user && plain(line) === password),
      )
      return `334 ${base64('Username:')}`
    }
    const challenge = '<1896.697170952@mail.test>'
    const digest = createHmac('md5', password).update(challenge).digest('hex')
    steps.push((line) => verdict(plain(line) === `${user} ${digest}`))
    return `334 ${base64(challenge)}`
  }

  #usual(verb: string): string {
    if (verb === 'EHLO') return ['250-mail.test', ...this.#offers()].join('\r\n')
    if (verb === 'DATA') return '354 go on'
    if (verb === 'AUTH') return '235 in'
    if (verb === 'STARTTLS') return '502 no such command'
    return verb === 'QUIT' ? '221 bye' : '250 ok'
  }

  #offers(): string[] {
    const offers = this.#script.offers ?? ['AUTH PLAIN LOGIN']
    return [...offers.map((one) => `250-${one}`), '250 SIZE 1000000']
  }

  #midText(socket: Socket): void {
    if (this.#script.answers?.['MIDTEXT'] === 'close') socket.destroy()
  }

  #secure(socket: Socket): void {
    socket.removeAllListeners('data')
    socket.write('220 go on\r\n')
    const secured = new TLSSocket(socket, { isServer: true, ...this.#script.certificate })
    secured.on('error', () => socket.destroy())
    this.#listen(secured)
  }

  /** The script's answer; of a list the next one, the last one for ever. */
  #answer(verb: string, usual: string): string {
    const given = this.#script.answers?.[verb]
    if (given === undefined) return usual
    if (typeof given === 'string') return given
    const count = this.#counts.get(verb) ?? 0
    this.#counts.set(verb, count + 1)
    return given[Math.min(count, given.length - 1)] ?? usual
  }

  #say(socket: Socket, answer: string): void {
    if (answer === 'close') socket.destroy()
    else if (answer !== 'silence') socket.write(`${answer}\r\n`)
  }
}

/** One line of a login to the answer. */
type Step = (line: string) => string

function plain(text: string): string {
  return Buffer.from(text, 'base64').toString()
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
