import type { Random } from '@pharos/base'
import { sendText } from '@pharos/http'
import { fileURLToPath } from 'node:url'
import { preferencesOf, type Ui, UI_PATHS, UI_REDIRECTS, type UiAnswer } from '@pharos/ui/serving'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where the built pages are. */
export const UI_DIRECTORY: string = fileURLToPath(new URL('../../ui/dist', import.meta.url))

const NONCE_BYTES = 18

/** The web pages below `prefix`: assets, the index page for each path of the app, and old addresses as redirects. */
export function registerUi(
  app: FastifyInstance,
  ui: Ui,
  settings: {
    readonly prefix: string
    readonly random: Random
    /** Where `/` leads; the overview when it is `/` itself. */
    readonly home?: string
    readonly isAgent?: boolean
  },
): void {
  const { prefix, random, home = '/', isAgent = false } = settings
  const pageOf = (path: string) => (request: FastifyRequest, reply: FastifyReply) => {
    const { theme, lang } = preferencesOf(
      searchOf(request),
      header(request, 'cookie'),
      header(request, 'accept-language'),
    )
    const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64')
    const ifNoneMatch = header(request, 'if-none-match')
    return send(
      reply,
      ui.page({
        path,
        basePath: `${prefix}/`,
        theme,
        lang,
        nonce,
        ifNoneMatch,
        isAgent,
        isViewer: request.role === 'viewer',
      }),
    )
  }
  for (const path of UI_PATHS) if (path !== '/') app.get(prefix + path, pageOf(path))
  if (home === '/') app.get(`${prefix}/`, pageOf('/'))
  else app.get(`${prefix}/`, async (_, reply) => reply.redirect(prefix + home, 302))
  if (prefix !== '') app.get('/', async (_, reply) => reply.redirect(`${prefix}/`, 302))
  for (const [from, to] of Object.entries(UI_REDIRECTS)) {
    app.get(prefix + from, async (request, reply) => {
      const asked = searchOf(request)
      // The cast: what the router found in the path.
      const parts = request.params as Readonly<Record<string, string>>
      const path = to.replace(/:(\w+)/g, (_, name: string) =>
        encodeURIComponent(
          name === 'words' ? (parts[name] ?? '').replaceAll('-', ' ') : (parts[name] ?? ''),
        ),
      )
      const joint = asked === '' ? '' : to.includes('?') ? '&' : '?'
      return reply.redirect(prefix + path + joint + asked, 302)
    })
  }
  app.get(`${prefix}/assets/*`, async (request, reply) => {
    const path = request.url.split('?', 1)[0]!.slice(prefix.length + 1)
    const answer = ui.asset(
      path,
      header(request, 'accept-encoding'),
      header(request, 'if-none-match'),
    )
    return answer === undefined ? sendText(reply, 404, '404 page not found') : send(reply, answer)
  })
}

/** What `/` says when the pages were not built. */
export function registerNoUi(app: FastifyInstance, prefix: string): void {
  app.get(`${prefix}/`, async (_, reply) =>
    sendText(
      reply,
      503,
      'The web pages are not built: run npm run build, or npm start, which does it. The API answers under /api/v1.',
    ),
  )
}

/** Without the question mark. */
function searchOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}

function send(reply: FastifyReply, answer: UiAnswer): FastifyReply {
  return reply
    .code(answer.status)
    .headers(answer.headers)
    .send(answer.body === undefined ? undefined : Buffer.from(answer.body))
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
