// All routes of the API on one Fastify instance. What holds for each of them: not before the server is ready,
// and failures become the reference's envelope.

import type { FastifyInstance } from 'fastify'
import type { DirectRoutes } from '@pharos/http'
import { createKernel } from '@pharos/kernel'
import { registerAdminRoutes } from './admin-routes.ts'
import { sendError } from './answer.ts'
import type { ApiServices } from './api-services.ts'
import { apiErrorOf } from './api-error.ts'
import { registerDirectApi } from './direct-api.ts'
import { registerFederateRoute } from './federate-route.ts'
import { registerLabelRoutes } from './label-routes.ts'
import { registerLifecycleRoutes } from './lifecycle-routes.ts'
import { registerLintRoute } from './lint-route.ts'
import { registerNotificationRoutes } from './notification-routes.ts'
import { PointPrinter } from './point-printer.ts'
import { registerQueryBatchRoute } from './query-batch-route.ts'
import { registerQueryManagementRoutes } from './query-management-routes.ts'
import { registerQueryRoutes } from './query-routes.ts'
import { refuseUnlessReady } from './readiness.ts'
import { registerRuleFileRoutes } from './rule-file-routes.ts'
import { registerRuleRoutes } from './rule-routes.ts'
import { registerRuleTrialRoutes } from './rule-trial-routes.ts'
import { registerServiceRoutes } from './service-routes.ts'
import { registerStatusRoutes } from './status-routes.ts'
import { registerTailRoute } from './tail-route.ts'
import { registerTargetRoutes } from './target-routes.ts'

/**
 * Adds `/api/v1/…`, `/federate`, `/version` and `/-/…` to `app`, which must give form bodies as
 * URLSearchParams (as `createHttpServer` does). For a route prefix pass an instance that has it.
 * @param direct  where the routes that are asked most are answered too, and the prefix that they have there
 */
export function registerApi(
  app: FastifyInstance,
  services: ApiServices,
  direct?: { readonly routes: DirectRoutes; readonly prefix: string },
): void {
  const printer = new PointPrinter(createKernel())
  if (direct !== undefined) registerDirectApi(direct.routes, services, printer, direct.prefix)
  registerLifecycleRoutes(app, services)
  // A scope of its own, so that hooks and error texts are the API's alone.
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) =>
      refuseUnlessReady(services, reply) ? reply : undefined,
    )
    scope.setErrorHandler((error, _request, reply) => {
      const known = apiErrorOf(error)
      // Anything else is ours, and the server's handler knows how to tell it without details.
      if (known === undefined) throw error
      return sendError(reply, known)
    })
    scope.options('/api/v1/*', async (_request, reply) => reply.code(204).send())
    registerQueryRoutes(scope, services, printer)
    registerQueryBatchRoute(scope, services, printer)
    registerQueryManagementRoutes(scope, services)
    registerLintRoute(scope, services)
    registerLabelRoutes(scope, services)
    registerTargetRoutes(scope, services)
    registerServiceRoutes(scope, services)
    registerRuleRoutes(scope, services)
    registerRuleTrialRoutes(scope, services)
    registerRuleFileRoutes(scope, services)
    registerStatusRoutes(scope, services)
    registerNotificationRoutes(scope, services)
    registerTailRoute(scope, services)
    registerAdminRoutes(scope, services)
    registerFederateRoute(scope, services)
  })
}
