// The API server: where it is, who we are there, and which namespaces to look at.

import { OutsideError, PLAIN_HTTP_CLIENT } from '@pharos/base'
import type { Clock, Disk, Logger, Net } from '@pharos/base'
import { pathPattern, readKubeconfig, readText } from '@pharos/config'
import type { KubernetesDiscoverySettings } from '@pharos/config'
import { createHttpClient } from '@pharos/http'
import type { HttpClient } from '@pharos/http'

export interface KubernetesWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly log: Logger
}

export interface Cluster {
  readonly url: string
  readonly client: HttpClient
  /** Empty: all. */
  readonly namespaces: readonly string[]
}

/** Where a pod finds what it may do. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The name that leads to the API server from every pod. */
const IN_CLUSTER_URL = 'https://kubernetes.default.svc'

/** @throws OutsideError, UserError when a kubeconfig or the service account cannot be read */
export async function clusterOf(
  settings: KubernetesDiscoverySettings,
  world: KubernetesWorld,
): Promise<Cluster> {
  const { disk } = world
  const { apiServer, kubeconfigFile } = settings
  const connect = (http: KubernetesDiscoverySettings['http']): HttpClient =>
    createHttpClient(world, { settings: http, disk })
  let namespaces = [...settings.namespaces]
  if (kubeconfigFile !== '') {
    const text = await readText(disk, kubeconfigFile)
    const access = readKubeconfig(text, kubeconfigFile, pathPattern(kubeconfigFile).directory)
    return { url: access.server, client: connect(access.http), namespaces }
  }
  if (apiServer !== '')
    return { url: apiServer.replace(/\/+$/, ''), client: connect(settings.http), namespaces }
  if (settings.ownNamespace) {
    const own = (await readText(disk, `${ACCOUNT}/namespace`)).trim()
    if (own === '')
      throw new OutsideError('discovery/answer', 'the pod names no namespace of its own')
    namespaces = [...new Set([...namespaces, own])]
  }
  const http = {
    ...PLAIN_HTTP_CLIENT,
    authorization: { type: 'Bearer', credentials: '', credentialsFile: `${ACCOUNT}/token` },
    tls: { ...PLAIN_HTTP_CLIENT.tls, caFile: `${ACCOUNT}/ca.crt` },
  }
  return { url: IN_CLUSTER_URL, client: connect(http), namespaces }
}
