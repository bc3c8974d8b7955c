// What users may do on a listener. Routes know best whether they change something; where they do not say, their method does.

import type { FastifyContextConfig, FastifyRequest } from 'fastify'

/** Viewers look, editors change what people make (dashboards, silences, rules …), admins do everything. */
const ROLES = ['viewer', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the user who asks; undefined where nobody has to say who they are. */
    role?: Role
  }
  interface FastifyContextConfig {
    /** The least that may ask. Default: a viewer for GET, HEAD and OPTIONS, an editor for all else. */
    role?: Role
  }
}

/** For routes that are asked by POST and change nothing. */
export const FOR_VIEWERS: FastifyContextConfig = { role: 'viewer' }
/** For routes that take data away or end the process. */
export const FOR_ADMINS: FastifyContextConfig = { role: 'admin' }

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

export function mayAsk(role: Role, request: FastifyRequest): boolean {
  const needed =
    request.routeOptions.config.role ?? (READING.has(request.method) ? 'viewer' : 'editor')
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}
