// The demo's mailbox: a mail server on the loopback that takes everything, and a page that shows it. Mails of the demo's
// alert end here and nowhere else.
import type { Clock } from '@pharos/base'
import type { FastifyInstance } from 'fastify'
import { createServer, type Socket } from 'node:net'

interface Mail {
  readonly receivedMs: number
  /** Header and body as they came. */
  readonly text: string
}

export interface Inbox {
  readonly port: number
  readonly mails: readonly Mail[]
  close(): Promise<void>
}

/** Older mails are forgotten. */
const MAILS = 50
/** A mail may have that many characters; what is more cuts the connection. */
const MAIL_LENGTH = 1 << 20

export async function startInbox(clock: Clock): Promise<Inbox> {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    converse(socket, (text) => {
      mails.unshift({ receivedMs: clock.now(), text })
      mails.length = Math.min(mails.length, MAILS)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The server's side of SMTP, as much as takes a mail. @source RFC 5321 */
function converse(socket: Socket, take: (mail: string) => void): void {
  let text = ''
  let isData = false
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  const hear = (line: string): void => {
    if (/^(EHLO|HELO)/i.test(line)) say('250 demo.localhost')
    else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
    else if (/^DATA/i.test(line)) {
      isData = true
      say('354 end with a dot')
    } else say('250 ok')
  }
  say('220 demo.localhost ESMTP')
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    if (text.length > MAIL_LENGTH) return void socket.destroy()
    for (;;) {
      const ending: string = isData ? '\r\n.\r\n' : '\r\n'
      const end = text.indexOf(ending)
      if (end < 0) return
      const line = text.slice(0, end)
      text = text.slice(end + ending.length)
      if (!isData) hear(line)
      else {
        isData = false
        take(line)
        say('250 taken')
      }
    }
  })
}

/** `/inbox` for people, `/inbox.json` for programs. */
export function addInboxRoutes(app: FastifyInstance, inbox: Inbox): void {
  app.get('/inbox.json', async () =>
    inbox.mails.map(({ receivedMs, text }) => ({ receivedMs, subject: subjectOf(text), text })),
  )
  app.get('/inbox', async (_request, reply) => {
    const articles = inbox.mails.map(
      ({ receivedMs, text }) =>
        `<article><h2>${escaped(subjectOf(text))}</h2><p><time>${new Date(receivedMs).toISOString()}</time></p><pre>${escaped(plainText(text))}</pre></article>`,
    )
    const list = articles.length === 0 ? '<p>No mail yet.</p>' : articles.join('\n')
    return reply
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Inbox of the demo</title><h1>Inbox of the demo</h1>\n${list}</html>`,
      )
  })
}

/** Long and non-ASCII subjects are in words of `=?UTF-8?Q?…?=`. @source RFC 2047 */
function subjectOf(mail: string): string {
  const header = /^Subject: ((?:.*)(?:\r\n[ \t].*)*)/im.exec(mail)?.[1] ?? ''
  return header
    .replace(/\?=\r\n[ \t]=\?/g, '?==?')
    .replace(/\r\n[ \t]/g, ' ')
    .replace(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, text: string) => unquoted(text.replaceAll('_', ' ')))
}

/** The part for those who read no HTML; the whole mail where there is none. */
function plainText(mail: string): string {
  const part = /^Content-Type: text\/plain[^]*?\r\n\r\n([^]*?)(?:\r\n--|$)/im.exec(mail)?.[1]
  return part === undefined ? mail : unquoted(part.replace(/=\r\n/g, ''))
}

/** Quoted-printable. */
function unquoted(text: string): string {
  return text.replace(/(?:=[\dA-F]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'),
  )
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}
