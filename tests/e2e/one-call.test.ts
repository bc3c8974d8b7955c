// Five lines of a service: found, scraped, checked, shown, and gone when it ends. With the built-in registry behind TLS and
// a password, so that the configured client of discovery is seen at work too.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '@pharos/http/testing'
import { hashSync } from 'bcryptjs'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, NODE, pharos, ready, ROOT, start, temporaryDirectory, until } from './process.ts'
import type { Running } from './process.ts'
import { startRegistry } from './registries.ts'

/** A process starts, on a machine that may have others to run. */
const START_MS = 60_000

interface Instance {
  readonly id: string
  readonly health: string
  readonly routes: readonly { readonly path: string; readonly methods: string }[]
  readonly check?: { readonly state: string; readonly failures: number }
}

async function instances(base: string): Promise<readonly Instance[]> {
  const answer = await fetch(`${base}/api/v1/services?name=pinger`)
  const body = (await answer.json()) as {
    data: { services: readonly { instances: readonly Instance[] }[] }
  }
  return body.data.services[0]?.instances ?? []
}

async function startServer(directory: string, discovery: string): Promise<string> {
  const file = join(directory, 'prometheus.yml')
  writeFileSync(
    file,
    `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: services
    etcd_sd_configs:
      - ${discovery}
`,
  )
  const port = await freePort()
  const server = pharos([
    'server',
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, server)
  return base
}

function fiveLines(endpoint: string, ca = ''): Running {
  return start(NODE, [join(ROOT, 'tests/e2e/five-lines.ts')], {
    env: { ETCD_ENDPOINTS: endpoint, ...(ca === '' ? {} : { NODE_EXTRA_CA_CERTS: ca }) },
  })
}

test('five lines are a target within two seconds, are checked, and leave when they end', async () => {
  const directory = temporaryDirectory()
  const registry = await startRegistry(directory)
  onTestFinished(() => registry.stop())
  const base = await startServer(directory, `endpoints: ['${registry.url}']`)
  const one = fiveLines(registry.url)
  await until(
    'its registration',
    async () => (one.output().includes('service registered') ? true : undefined),
    START_MS,
  )
  const registeredMs = Date.now()
  await until('the target', async () => ((await instances(base)).length === 1 ? true : undefined))
  const foundMs = Date.now() - registeredMs
  expect(foundMs).toBeLessThan(5_000) // two seconds, and three for a busy machine
  const [instance] = await until('a scrape and a check', async () => {
    const found = await instances(base)
    return found[0]?.health === 'up' && found[0].check?.state === 'passing' ? found : undefined
  })
  expect(instance!.routes.map(({ path }) => path).sort()).toEqual(['/healthz', '/metrics', '/ping'])
  // It leaves by itself, long before its lease runs out.
  one.child.kill('SIGTERM')
  await until('its end', async () => (one.child.signalCode === 'SIGTERM' ? true : undefined))
  await until('nobody', async () => ((await instances(base)).length === 0 ? true : undefined))
  expect(one.output()).toContain('service deregistered')
  console.log(`a target ${foundMs} ms after its registration`)
})

test('a registry behind TLS and a password: who has both is served, who lacks one is not', async () => {
  const directory = temporaryDirectory()
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const authority = createAuthority()
  const { cert, key } = authority.issue({ name: 'registry', hosts: ['127.0.0.1'] })
  const ca = write('ca.pem', authority.cert)
  write('cert.pem', cert)
  write('key.pem', key)
  const web = write(
    'web.yml',
    `tls_server_config: { cert_file: cert.pem, key_file: key.pem }
basic_auth_users: { ann: '${hashSync('secret', 4)}' }
unauthenticated_paths: [/health]
`,
  )
  const port = await freePort()
  const registry = pharos([
    'registry',
    `--web.listen-address=127.0.0.1:${port}`,
    `--storage.path=${join(directory, 'registry')}`,
    `--web.config.file=${web}`,
  ])
  await until(
    'the registry',
    async () => (registry.output().includes('registry listening') ? true : undefined),
    START_MS,
  )
  const place = `127.0.0.1:${port}`
  const login = `basic_auth: { username: ann, password: secret }`
  const [base, stranger] = await Promise.all([
    startServer(
      directory,
      `{ endpoints: ['https://${place}'], tls_config: { ca_file: ca.pem }, ${login} }`,
    ),
    startServer(
      temporaryDirectory(),
      `{ endpoints: ['https://${place}'], tls_config: { ca_file: ${ca} } }`,
    ),
  ])
  const one = fiveLines(`https://ann:secret@${place}`, ca)
  const other = fiveLines(`https://${place}`, ca)
  await until(
    'the one who may',
    async () => ((await instances(base))[0]?.health === 'up' ? true : undefined),
    START_MS,
  )
  expect((await instances(base)).length).toBe(1)
  expect(one.output()).toContain('service registered')
  await until(
    'the refusal',
    async () => (/401|Unauthorized/.test(other.output()) ? true : undefined),
    START_MS,
  )
  expect(await instances(stranger)).toEqual([])
})
