// Members that reach Debian's etcd over TLS with a certificate of their own, and each other over TLS with a password.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { createAuthority } from '@pharos/http/testing'
import { hashSync } from 'bcryptjs'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, start, temporaryDirectory, until } from './process.ts'

/** Over TLS, which `fetch` cannot be given an authority for. */
function statusOf(
  url: string,
  ca: string,
): Promise<{ state: string; error: string; members: string[] }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` }
    get(`${url}/api/v1/status/cluster`, { ca, headers }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.on('end', () => {
        try {
          const { data } = JSON.parse(text) as {
            data: { state: string; error: string; members: { id: string }[] }
          }
          resolve({ ...data, members: data.members.map(({ id }) => id) })
        } catch (error) {
          reject(error instanceof Error ? error : new Error(text))
        }
      })
    }).on('error', reject)
  })
}

test.skipIf(!existsSync('/usr/bin/etcd'))(
  'two members join over TLS, one with a certificate that etcd does not know stays alone and says why',
  async () => {
    const directory = temporaryDirectory()
    const write = (name: string, text: string): string => {
      const path = join(directory, name)
      writeFileSync(path, text)
      return path
    }
    const [authority, stranger] = [createAuthority(), createAuthority()]
    const server = authority.issue({ name: 'server', hosts: ['127.0.0.1'] })
    const client = authority.issue({ name: 'member', hosts: ['127.0.0.1'] })
    const other = stranger.issue({ name: 'member', hosts: ['127.0.0.1'] })
    const ca = write('ca.pem', authority.cert)
    const [cert, key] = [write('server.pem', server.cert), write('server.key', server.key)]
    write('known.pem', client.cert)
    write('known.key', client.key)
    write('unknown.pem', other.cert)
    write('unknown.key', other.key)
    write(
      'web.yml',
      `tls_server_config: {cert_file: server.pem, key_file: server.key}\nbasic_auth_users: {ann: '${hashSync('secret', 4)}'}\n`,
    )
    const [port, peerPort] = [await freePort(), await freePort()]
    const etcd = `https://127.0.0.1:${port}`
    mkdirSync(join(directory, 'etcd'), { mode: 0o700 })
    const running = start(
      '/usr/bin/etcd',
      [
        `--data-dir=${join(directory, 'etcd')}`,
        `--listen-client-urls=${etcd}`,
        `--advertise-client-urls=${etcd}`,
        `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
        `--cert-file=${cert}`,
        `--key-file=${key}`,
        `--trusted-ca-file=${ca}`,
        '--client-cert-auth',
      ],
      { lasting: true },
    )
    onTestFinished(() => running.stop())
    await until('etcd', async () =>
      running.output().includes('serving client') ? true : undefined,
    )
    const member = async (id: string, certificate: string): Promise<string> => {
      const own = await freePort()
      const url = `https://127.0.0.1:${own}`
      const file = write(
        `${id}.yml`,
        `cluster:
  etcd: ['${etcd}']
  id: ${id}
  url: ${url}
  lease: 2s
  tls_config: {ca_file: ca.pem, cert_file: ${certificate}.pem, key_file: ${certificate}.key}
  http_config:
    tls_config: {ca_file: ca.pem}
    basic_auth: {username: ann, password: secret}
`,
      )
      pharos([
        'server',
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(directory, id)}`,
        `--web.config.file=${join(directory, 'web.yml')}`,
        `--web.listen-address=127.0.0.1:${own}`,
      ])
      return url
    }
    const urls = [await member('a', 'known'), await member('b', 'known')]
    await until('both to be members', async () => {
      const all = await Promise.all(urls.map((url) => statusOf(url, authority.cert)))
      return all.every(({ state, members }) => state === 'member' && members.join() === 'a,b')
        ? true
        : undefined
    })
    const unknown = await member('c', 'unknown')
    const alone = await until('the third one to give up', async () => {
      const found = await statusOf(unknown, authority.cert)
      return found.state === 'alone' ? found : undefined
    })
    expect(alone.error).toMatch(/lease\/grant": .*(?:EOF|certificate|reset)/)
    const { members } = await statusOf(urls[0]!, authority.cert)
    expect(members).toEqual(['a', 'b'])
  },
  90_000,
)
