// A kubeconfig file: where a cluster is and who we are there.

import { PLAIN_HTTP_CLIENT, UserError } from '@pharos/base'
import type { HttpClientSettings } from '@pharos/base'
import { readYaml, YamlScalar } from './yaml-tree.ts'
import type { YamlMapping, YamlNode } from './yaml-tree.ts'

interface ClusterAccess {
  /** `https://host:6443` */
  readonly server: string
  /** Of the context; '' when it names none. */
  readonly namespace: string
  readonly http: HttpClientSettings
}

/**
 * The current context of a kubeconfig. Plugins that make credentials (`exec`, `auth-provider`) are programs, which we
 * do not start.
 * @param directory  for relative paths
 * @throws ConfigErrors for what is no YAML, UserError `config/kubeconfig` when context, cluster or user is missing
 */
export function readKubeconfig(text: string, file: string, directory: string): ClusterAccess {
  const root = mapping(readYaml(text, file).root)
  const refuse = (what: string): UserError => new UserError('config/kubeconfig', `${file}: ${what}`)
  const contextName = scalar(root['current-context'])
  const context = named(root['contexts'], contextName, 'context')
  if (context === undefined) throw refuse(`there is no context "${contextName}"`)
  const cluster = named(root['clusters'], scalar(context['cluster']), 'cluster')
  if (cluster === undefined) throw refuse(`there is no cluster "${scalar(context['cluster'])}"`)
  const user = named(root['users'], scalar(context['user']), 'user') ?? {}
  if (user['exec'] !== undefined || user['auth-provider'] !== undefined)
    throw refuse('credentials that a program makes are not supported; use a token or a certificate')
  const path = (value: string): string =>
    value === '' || value.startsWith('/') ? value : `${directory}/${value}`
  const token = scalar(user['token'])
  const tokenFile = path(scalar(user['tokenFile']))
  const username = scalar(user['username'])
  return {
    server: scalar(cluster['server']).replace(/\/+$/, ''),
    namespace: scalar(context['namespace']),
    http: {
      ...PLAIN_HTTP_CLIENT,
      authorization:
        token === '' && tokenFile === ''
          ? undefined
          : { type: 'Bearer', credentials: token, credentialsFile: token === '' ? tokenFile : '' },
      basicAuth:
        username === ''
          ? undefined
          : { username, usernameFile: '', password: scalar(user['password']), passwordFile: '' },
      tls: {
        ...PLAIN_HTTP_CLIENT.tls,
        ca: decoded64(scalar(cluster['certificate-authority-data'])),
        caFile: path(scalar(cluster['certificate-authority'])),
        cert: decoded64(scalar(user['client-certificate-data'])),
        certFile: path(scalar(user['client-certificate'])),
        key: decoded64(scalar(user['client-key-data'])),
        keyFile: path(scalar(user['client-key'])),
        serverName: scalar(cluster['tls-server-name']),
        insecureSkipVerify: scalar(cluster['insecure-skip-tls-verify']) === 'true',
      },
    },
  }
}

/** The entry of a list of `{name, <kind>}`. */
function named(list: YamlNode | undefined, name: string, kind: string): YamlMapping | undefined {
  if (!Array.isArray(list)) return undefined
  const entry = list.map(mapping).find((one) => scalar(one['name']) === name)
  return entry === undefined ? undefined : mapping(entry[kind])
}

function mapping(node: YamlNode | undefined): YamlMapping {
  return node === undefined || Array.isArray(node) || node instanceof YamlScalar ? {} : node
}

function scalar(node: YamlNode | undefined): string {
  return node instanceof YamlScalar && !node.isNull ? node.text : ''
}

function decoded64(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))
}
