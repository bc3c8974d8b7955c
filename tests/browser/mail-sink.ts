// A mail server for tests: takes every mail, or refuses recipients when told to.
import { createServer, type Socket } from 'node:net'

export interface MailSink {
  readonly port: number
  /** Whole messages, headers first. */
  readonly mails: readonly string[]
  /** Answers every recipient with this line from now on; undefined: takes them. */
  refusal: string | undefined
  close(): Promise<void>
}

export async function mailSink(): Promise<MailSink> {
  const mails: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    talk(socket, sink, mails)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
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

function talk(socket: Socket, sink: MailSink, mails: string[]): void {
  let text = ''
  let isData = false
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  say('220 mail.test ESMTP')
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
      } else if (/^EHLO|^HELO/i.test(line)) say('250 mail.test')
      else if (/^RCPT/i.test(line)) say(sink.refusal ?? '250 ok')
      else if (/^DATA/i.test(line)) {
        isData = true
        say('354 go on')
      } else if (/^QUIT/i.test(line)) {
        say('221 bye')
        socket.end()
      } else say('250 ok')
    }
  })
}
