// `pharos registry`: the service registry for machines without etcd, and `pharos sd-bridge`: registered services as
// a targets.json for a Prometheus that is not ours.
import { UserError, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { bridgeTargets, EtcdClient } from '@pharos/registry'
import { startRegistry } from '@pharos/registry/server'
import type { RegistryUser } from '@pharos/registry/server'
import { type Flag, flag, FlagReader } from '@pharos/server/flags'
import type { Command } from 'commander'
import { addFlags } from './flag-options.ts'
import type { Terminal } from './terminal.ts'

type Done = (code: number) => void

const LOG_FLAGS: readonly Flag[] = [
  flag('log.level', 'text', 'info', 'Lines below this level are dropped.', {
    oneOf: ['debug', 'info', 'warn', 'error'],
  }),
  flag('log.format', 'text', 'logfmt', 'Shape of the log lines.', { oneOf: ['logfmt', 'json'] }),
]

const REGISTRY_FLAGS: readonly Flag[] = [
  flag(
    'web.listen-address',
    'text',
    '127.0.0.1:2379',
    'Where to listen; :2379 for every interface.',
  ),
  flag('storage.path', 'text', 'pharos-registry', 'Directory of the journal.'),
  flag('auth.username', 'text', '', 'The one user; without it everybody may do everything.'),
  flag('auth.password-file', 'text', '', "File with that user's password."),
  flag('web.config.file', 'text', '', 'TLS, users of HTTP and headers, as of every listener.'),
  ...LOG_FLAGS,
]

const BRIDGE_FLAGS: readonly Flag[] = [
  flag('out', 'text', '', 'The file to write, for file_sd_configs.'),
  flag('endpoints', 'list', 'http://127.0.0.1:2379', 'etcd or pharos registry; comma separated.'),
  flag('prefix', 'text', '/service/', 'Where services are registered.'),
  flag('layout', 'text', '{name}/{id}', 'What stands behind the prefix.'),
  flag('refresh', 'duration', '30s', 'Time between two full lists; changes come at once.'),
  flag('once', 'bool', 'false', 'Write once and end.'),
  flag('username', 'text', '', 'User of the registry.'),
  flag('password-file', 'text', '', "File with that user's password."),
  flag('tls.ca-file', 'text', '', 'Authority of https endpoints, PEM.'),
  flag('tls.cert-file', 'text', '', 'Our certificate, PEM.'),
  flag('tls.key-file', 'text', '', 'Its key, PEM.'),
  flag('tls.insecure-skip-verify', 'bool', 'false', 'Do not check certificates.'),
  ...LOG_FLAGS,
]

export function fillRegistry(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, REGISTRY_FLAGS, terminal.environment)
  command.action(async () => {
    const flags = new FlagReader(REGISTRY_FLAGS, values)
    const world = worldOf(flags)
    const user = await userOf(flags, world)
    const webFile = flags.text('web.config.file')
    const access =
      webFile === ''
        ? undefined
        : await (await import('@pharos/server/web-config')).webAccess(webFile, world)
    const address = flags.text('web.listen-address')
    const server = await startRegistry({
      ...world,
      address,
      directory: flags.text('storage.path'),
      ...(user === undefined ? {} : { user }),
      ...(access === undefined ? {} : { access }),
    })
    world.log.info('registry listening', { address: server.boundAddress })
    const isOpen = user === undefined && (access?.first.users.size ?? 0) === 0
    if (isOpen && !/^(?:127\.|\[::1\]|localhost:|unix:)/.test(address))
      world.log.warn('anybody who can reach this address can register services', {
        remedy: 'set --auth.username and --auth.password-file, or --web.config.file',
      })
    await stopped(terminal)
    world.log.info('ending')
    await server.close()
    done(0)
  })
}

export function fillBridge(command: Command, terminal: Terminal, done: Done): void {
  const values = addFlags(command, BRIDGE_FLAGS, terminal.environment)
  command.action(async () => {
    const flags = new FlagReader(BRIDGE_FLAGS, values)
    const path = flags.text('out')
    if (path === '') throw new UserError('flag/invalid', '--out: wants the path of a file')
    const world = worldOf(flags)
    const client = clientOf(flags, world)
    const ends = new AbortController()
    void stopped(terminal).then(() => ends.abort())
    try {
      const isWritten = await bridgeTargets({
        client,
        world,
        path,
        prefix: flags.text('prefix'),
        layout: flags.text('layout'),
        refreshMs: flags.durationMs('refresh'),
        isOnce: flags.bool('once'),
        signal: ends.signal,
      })
      done(isWritten ? 0 : 1)
    } finally {
      client.close()
    }
  })
}

function clientOf(flags: FlagReader, world: World): EtcdClient {
  const username = flags.text('username')
  const endpoints = flags.list('endpoints')
  const read = async (name: string): Promise<string> =>
    flags.text(name) === ''
      ? ''
      : new TextDecoder().decode(await world.disk.readFile(flags.text(name), 65_536))
  const tls = async (): Promise<Record<string, string | boolean>> => {
    const [ca, cert, key] = [
      await read('tls.ca-file'),
      await read('tls.cert-file'),
      await read('tls.key-file'),
    ]
    return {
      insecureSkipVerify: flags.bool('tls.insecure-skip-verify'),
      ...(ca === '' ? {} : { ca }),
      ...(cert === '' ? {} : { cert }),
      ...(key === '' ? {} : { key }),
    }
  }
  return new EtcdClient({
    ...world,
    endpoints,
    ...(endpoints.some((one) => one.startsWith('https:')) ? { tls } : {}),
    ...(username === ''
      ? {}
      : {
          credentials: async () => ({ username, password: (await read('password-file')).trim() }),
        }),
  })
}

async function userOf(flags: FlagReader, world: World): Promise<RegistryUser | undefined> {
  const username = flags.text('auth.username')
  const path = flags.text('auth.password-file')
  if (username === '' && path === '') return undefined
  if (username === '' || path === '')
    throw new UserError('flag/invalid', '--auth.username and --auth.password-file go together')
  const password = new TextDecoder().decode(await world.disk.readFile(path, 65_536)).trim()
  if (password === '') throw new UserError('flag/invalid', `--auth.password-file: ${path} is empty`)
  return { username, password }
}

function worldOf(flags: FlagReader): World {
  return realWorld({
    // The reader has refused everything else.
    level: flags.text('log.level') as 'debug' | 'info' | 'warn' | 'error',
    format: flags.text('log.format') === 'json' ? 'json' : 'logfmt',
  })
}

/** Resolves with the first SIGINT or SIGTERM; the second ends the process at once. */
function stopped(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    let count = 0
    const stop = (): void => {
      if (++count > 1) terminal.exit(1)
      resolve()
    }
    terminal.onSignal('SIGINT', stop)
    terminal.onSignal('SIGTERM', stop)
    terminal.onSignal('SIGHUP', () => {})
  })
}
