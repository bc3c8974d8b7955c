import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { gzipSync } from 'node:zlib'
import { register } from './default-registry.ts'
import type { Registry } from './registry.ts'

export interface PushgatewayParameters {
  jobName?: string
  groupings?: Record<string, string>
}

interface PushgatewayAnswer {
  resp: IncomingMessage
  body: string
}

/** Options of node:http's `request`, and whether a job is required. */
type PushgatewayOptions = RequestOptions & { requireJobName?: boolean }

/** prom-client's Pushgateway; a trailing `/metrics` of the URL is taken off. */
export class Pushgateway {
  readonly #url: URL
  readonly #options: RequestOptions
  readonly #isJobRequired: boolean
  readonly #registry: Registry

  constructor(url: string, options: PushgatewayOptions = {}, registry: Registry = register) {
    const { requireJobName = true, ...request } = options
    this.#url = new URL(url)
    this.#options = request
    this.#isJobRequired = requireJobName
    this.#registry = registry
  }

  /** Adds metrics, in place of those of the same names. */
  pushAdd(params: PushgatewayParameters = {}): Promise<PushgatewayAnswer> {
    return this.#send('POST', params)
  }

  /** Replaces all metrics of the group. */
  push(params: PushgatewayParameters = {}): Promise<PushgatewayAnswer> {
    return this.#send('PUT', params)
  }

  delete(params: PushgatewayParameters = {}): Promise<PushgatewayAnswer> {
    return this.#send('DELETE', params)
  }

  /** @throws Error when there is no job, the gateway cannot be reached, or it answers 400 or above */
  async #send(method: string, params: PushgatewayParameters): Promise<PushgatewayAnswer> {
    const { jobName = '', groupings = {} } = params
    if (this.#isJobRequired && jobName === '') throw new Error('Missing jobName parameter')
    const pairs = jobName === '' ? [] : Object.entries({ job: jobName, ...groupings })
    const base = this.#url.pathname.replace(/\/+$/, '').replace(/\/metrics$/, '')
    const path = pairs.map((pair) => `/${pair.map(encodeURIComponent).join('/')}`).join('')
    const headers = { ...(this.#options.headers as Record<string, string> | undefined) }
    let body: string | Buffer | undefined
    if (method === 'DELETE') {
      delete headers['Content-Encoding']
    } else {
      const text = await this.#registry.metrics()
      body = headers['Content-Encoding'] === 'gzip' ? gzipSync(text) : text
    }
    const target = new URL(`${base}/metrics${path}`, this.#url)
    return answerTo(target, { ...this.#options, headers, method }, body)
  }
}

function answerTo(
  url: URL,
  options: RequestOptions,
  body: string | Buffer | undefined,
): Promise<PushgatewayAnswer> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (resp) => {
      let text = ''
      resp.setEncoding('utf8')
      resp.on('data', (chunk: string) => (text += chunk))
      resp.on('error', reject)
      resp.on('end', () => {
        const code = resp.statusCode ?? 0
        if (code >= 400) reject(new Error(`push failed with status ${code}, ${text}`))
        else resolve({ resp, body: text })
      })
    })
    outgoing.on('error', reject)
    outgoing.on('timeout', () => outgoing.destroy(new Error('Pushgateway request timed out')))
    outgoing.end(body)
  })
}
