// The way from another port of this process to its pages.
import type { FastifyInstance } from 'fastify'
import type { HttpServer } from '@pharos/http'

/** The listener that has the pages, once it is known. */
export class PagesOf {
  #main: { readonly listener: HttpServer; readonly prefix: string } | undefined

  /** The first one counts. */
  use(listener: HttpServer, prefix: string): void {
    this.#main ??= { listener, prefix }
  }

  /** `/` leads to a page. What stands behind a `#`, as in links of the reference's alert manager, goes with it. */
  redirectHome(app: FastifyInstance, page: string): void {
    app.get('/', async (request, reply) => {
      if (this.#main === undefined) return reply.code(404).send()
      const { listener, prefix } = this.#main
      const name = (request.headers.host ?? 'localhost').replace(/:\d+$/, '')
      const scheme = listener.isSecure ? 'https' : 'http'
      return reply.redirect(`${scheme}://${name}:${listener.port}${prefix}${page}`, 302)
    })
  }
}
