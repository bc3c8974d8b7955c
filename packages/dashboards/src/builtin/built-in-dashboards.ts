// What is shipped: every dashboard as the text of its JSON.
import { buildDashboard } from '../builder/index.ts'
import { ALERTS_HISTORY } from './alerts-history.ts'
import { GRPC_SERVICE } from './grpc-service.ts'
import { HOST } from './host.ts'
import { HTTP_SERVICE } from './http-service.ts'
import { NODE_PROCESS } from './node-process.ts'
import { PHAROS_ITSELF } from './pharos-itself.ts'
import { PUSH_GATEWAY } from './push-gateway.ts'
import { REGISTRY } from './registry.ts'

/** In the order of the list page. The same bytes on every call. */
export function builtInDashboards(): string[] {
  return [
    HOST,
    NODE_PROCESS,
    HTTP_SERVICE,
    GRPC_SERVICE,
    PHAROS_ITSELF,
    PUSH_GATEWAY,
    ALERTS_HISTORY,
    REGISTRY,
  ].map((spec) => `${JSON.stringify(buildDashboard(spec), null, 2)}\n`)
}
