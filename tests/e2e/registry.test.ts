// One suite on both registries: the built-in one over HTTP, always, and Debian's etcd where it is installed
// (`apt-get install -y etcd-server etcd-client`).
import { existsSync } from 'node:fs'
import { realWorld } from '@pharos/base/node'
import { EtcdClient } from '@pharos/registry'
import { registryContract } from '@pharos/registry/testing'
import type { RegistryCase } from '@pharos/registry/testing'
import { startEtcd, startRegistry } from './registries.ts'
import { pause, temporaryDirectory, until } from './process.ts'

const hasEtcd = existsSync('/usr/bin/etcd')
const world = realWorld({ level: 'error' })

function caseOf(url: string, stop: () => Promise<void>): RegistryCase {
  const client = new EtcdClient({ ...world, endpoints: [url] })
  return {
    client,
    pass: pause,
    until: async (what, probe, limitMs) => {
      await until(what, async () => ((await probe()) ? true : undefined), limitMs)
    },
    close: async () => {
      client.close()
      await stop()
    },
  }
}

registryContract('built in', async () => {
  const registry = await startRegistry(temporaryDirectory(true))
  return caseOf(registry.url, () => registry.stop())
})

registryContract(
  `etcd of Debian${hasEtcd ? '' : ' (not installed: these are skipped)'}`,
  async () => {
    const etcd = await startEtcd(temporaryDirectory(true))
    return caseOf(etcd.url, () => etcd.stop())
  },
  !hasEtcd,
)
