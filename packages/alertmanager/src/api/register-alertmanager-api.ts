// The API v2 of the alert manager, on whatever listener it is asked for.
import { messageOf, UserError } from '@pharos/base'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AlertManager } from '../alert-manager.ts'
import { registerAlertRoutes } from './alert-routes.ts'
import { AlertApiError, sendJson } from './answers.ts'
import type { ConfigEditor } from './config-editor.ts'
import { registerConfigRoutes } from './config-routes.ts'
import { registerHistoryRoutes } from './history-routes.ts'
import { registerSilenceRoutes } from './silence-routes.ts'
import { registerStatusRoutes, type VersionInfo } from './status-routes.ts'
import { registerTrialRoutes } from './trial-routes.ts'

interface AlertmanagerApiOptions {
  readonly editor: ConfigEditor
  readonly version: VersionInfo
}

/** Registers `/alerts`, `/silences` and the others; the caller puts `/api/v2` in front. */
export function registerAlertmanagerApi(
  scope: FastifyInstance,
  manager: AlertManager,
  options: AlertmanagerApiOptions,
): void {
  // JSON as text: the framework's own parser refuses names such as __proto__, which are legal labels.
  scope.removeContentTypeParser('application/json')
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => body,
  )
  scope.setErrorHandler((error, _request, reply) => {
    if (error instanceof AlertApiError) return sendJson(reply, error.message, error.status)
    if (error instanceof UserError) return sendJson(reply, error.message, 400)
    const status: unknown =
      error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    if (typeof status === 'number' && status >= 400 && status < 500)
      return sendJson(reply, messageOf(error), status)
    manager.options.log.error('request failed', { err: messageOf(error) })
    return sendJson(reply, 'internal server error', 500)
  })
  registerAlertRoutes(scope, manager)
  registerSilenceRoutes(scope, manager)
  registerStatusRoutes(scope, manager, options.version)
  registerHistoryRoutes(scope, manager)
  registerTrialRoutes(scope, manager, options.editor)
  registerConfigRoutes(scope, options.editor)
}
