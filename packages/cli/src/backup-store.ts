// Where backups lie: names and bytes, in a directory or in an S3-compatible store.
import { type Clock, type Disk, OutsideError, UserError } from '@pharos/base'
import { awsEncoded, awsSignature, type HttpClient } from '@pharos/http'

export interface BackupStore {
  /** Names that begin with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>
  has(name: string): Promise<boolean>
  /** @throws OutsideError `backup/missing` */
  get(name: string): Promise<Uint8Array>
  /** The object is there whole when this resolves, or not at all. */
  put(name: string, bytes: Uint8Array): Promise<void>
}

/** Objects as files below a directory. */
function directoryStore(disk: Disk, root: string): BackupStore {
  return {
    list: async (prefix) => {
      const folder = prefix.replace(/\/$/, '')
      if ((await disk.stat(`${root}/${folder}`)) === undefined) return []
      const names = await disk.list(`${root}/${folder}`)
      return names.filter((name) => !name.endsWith('.tmp')).map((name) => `${folder}/${name}`)
    },
    has: async (name) => (await disk.stat(`${root}/${name}`)) !== undefined,
    get: async (name) => {
      if ((await disk.stat(`${root}/${name}`)) === undefined) throw missing(`${root}/${name}`)
      return await disk.readFile(`${root}/${name}`, OBJECT_BYTES)
    },
    put: async (name, bytes) => {
      const folder = `${root}/${name.slice(0, name.lastIndexOf('/'))}`
      if ((await disk.stat(folder)) === undefined) await disk.makeDirectory(folder)
      await disk.writeFileAtomic(`${root}/${name}`, bytes)
    },
  }
}

/** No object is larger: pieces of files are not, and a list of millions of pieces is not. */
const OBJECT_BYTES = 256 << 20
const ATTEMPTS = 4
const BACKOFF_MS = 200
/** Pages of a list, of a thousand names each. */
const LIST_PAGES = 10_000

interface S3Settings {
  /** `https://s3.eu-west-1.amazonaws.com`, `http://minio:9000`; buckets are the first part of its paths. */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  /** '' or a name that ends in a slash. */
  readonly prefix: string
  readonly accessKey: string
  readonly secretKey: string
  readonly sessionToken: string
}

class S3Store implements BackupStore {
  readonly #client: HttpClient
  readonly #clock: Clock
  readonly #settings: S3Settings

  constructor(client: HttpClient, clock: Clock, settings: S3Settings) {
    this.#client = client
    this.#clock = clock
    this.#settings = settings
  }

  /** @source S3 API: ListObjectsV2 */
  async list(prefix: string): Promise<string[]> {
    const own = this.#settings.prefix
    const names: string[] = []
    let token = ''
    for (let page = 0; page < LIST_PAGES; page++) {
      const query: [string, string][] = [
        ['list-type', '2'],
        ['prefix', own + prefix],
      ]
      if (token !== '') query.push(['continuation-token', token])
      const { status, body } = await this.#ask('GET', '', query)
      if (status !== 200) throw refused('list', status, body)
      const text = new TextDecoder().decode(body)
      for (const [, key = ''] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) {
        names.push(unescaped(key).slice(own.length))
      }
      const next = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(text)?.[1]
      if (next === undefined) return names.sort()
      token = unescaped(next)
    }
    throw new OutsideError('backup/store', `a list of more than ${LIST_PAGES} pages`)
  }

  async has(name: string): Promise<boolean> {
    const { status, body } = await this.#ask('HEAD', name)
    if (status === 404) return false
    if (status !== 200) throw refused(`look for ${name}`, status, body)
    return true
  }

  async get(name: string): Promise<Uint8Array> {
    const { status, body } = await this.#ask('GET', name)
    if (status === 404) throw missing(name)
    if (status !== 200) throw refused(`read ${name}`, status, body)
    return body
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const { status, body } = await this.#ask('PUT', name, [], bytes)
    if (status !== 200) throw refused(`write ${name}`, status, body)
  }

  /** Asks again where a store may be busy. */
  async #ask(
    method: string,
    name: string,
    query: readonly [string, string][] = [],
    body: Uint8Array = new Uint8Array(0),
  ): Promise<{ readonly status: number; readonly body: Uint8Array }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#askOnce(method, name, query, body)
        const isBusy = answer.status >= 500 || answer.status === 429
        if (!isBusy || attempt === ATTEMPTS) return answer
      } catch (error) {
        if (!(error instanceof OutsideError) || attempt === ATTEMPTS) throw error
      }
      await this.#clock.sleep(BACKOFF_MS * 2 ** attempt)
    }
  }

  async #askOnce(
    method: string,
    name: string,
    query: readonly [string, string][],
    body: Uint8Array,
  ): Promise<{ readonly status: number; readonly body: Uint8Array }> {
    const { endpoint, region, bucket, prefix } = this.#settings
    const key = name === '' ? '' : `/${(prefix + name).split('/').map(awsEncoded).join('/')}`
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${awsEncoded(bucket)}${key}`)
    url.search = query.map(([n, value]) => `${awsEncoded(n)}=${awsEncoded(value)}`).join('&')
    const signature = awsSignature(
      { method, url, body },
      this.#settings,
      region,
      's3',
      this.#clock.now(),
    )
    const answer = await this.#client.request({
      url: url.href,
      method,
      headers: signature.headers,
      credentials: signature.credentials,
      followRedirects: false,
      maxBodyBytes: OBJECT_BYTES,
      timeoutMs: 120_000,
      ...(body.length > 0 ? { body } : {}),
    })
    const copy = answer.body.slice()
    const { status } = answer
    answer.release()
    return { status, body: copy }
  }
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    amp: '&',
  }
  return text.replace(/&(\w+);/g, (whole, name: string) => names[name] ?? whole)
}

function missing(name: string): OutsideError {
  return new OutsideError('backup/missing', `${name} is not there`)
}

function refused(what: string, status: number, body: Uint8Array): OutsideError {
  const text = new TextDecoder().decode(body)
  const why = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? text.slice(0, 200)
  return new OutsideError('backup/store', `cannot ${what}: HTTP status ${status} ${why}`.trim())
}

/**
 * The store that a place names.
 * @param place  a directory, or `s3://bucket/prefix`
 * @throws UserError `flag/invalid`
 */
export function storeOf(
  place: string,
  flags: { readonly endpoint?: string; readonly region?: string },
  environment: NodeJS.ProcessEnv,
  world: { readonly disk: Disk; readonly clock: Clock },
  client: HttpClient,
): BackupStore {
  if (!place.startsWith('s3://')) return directoryStore(world.disk, place.replace(/\/+$/, ''))
  const [bucket = '', ...rest] = place.slice(5).split('/')
  const path = rest.filter((part) => part !== '').join('/')
  const accessKey = environment['AWS_ACCESS_KEY_ID'] ?? ''
  const secretKey = environment['AWS_SECRET_ACCESS_KEY'] ?? ''
  if (bucket === '') throw new UserError('flag/invalid', `${place}: wants s3://bucket/prefix`)
  if (accessKey === '' || secretKey === '')
    throw new UserError(
      'flag/invalid',
      `${place} wants keys in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    )
  const region = flags.region ?? environment['AWS_REGION'] ?? 'us-east-1'
  return new S3Store(client, world.clock, {
    endpoint:
      flags.endpoint ?? environment['AWS_ENDPOINT_URL'] ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket,
    prefix: path === '' ? '' : `${path}/`,
    accessKey,
    secretKey,
    sessionToken: environment['AWS_SESSION_TOKEN'] ?? '',
  })
}
