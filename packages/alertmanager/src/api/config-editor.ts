// Contact points and notification policies as edits of a plain alertmanager.yml, which keeps its comments. Secrets are
// never shown; who sends back the sign for one keeps what stands in the file.
import { type Disk, UserError } from '@pharos/base'
import {
  type AlertmanagerConfig,
  loadAlertmanagerText,
  type LooseValue,
  maskedReceivers,
  parseLooseYaml,
  readText,
  RECEIVER_KINDS,
  type ReceiverSettings,
} from '@pharos/config'
import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml'
import { sha256 } from '../digest.ts'
import { AlertApiError, bad, type Fields, fieldsOf, listOf, textOf, valueOf } from './answers.ts'

interface ConfigEditorOptions {
  readonly disk: Disk
  readonly path: string
  readonly isEditable: boolean
  /** Puts a checked configuration in force. */
  readonly apply: (config: AlertmanagerConfig) => Promise<void>
}

interface ContactPoint {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly integrations: readonly { readonly kind: string; readonly settings: LooseValue }[]
}

const SECRET = '<secret>'

export class ConfigEditor {
  readonly #options: ConfigEditorOptions
  #changing: Promise<unknown> = Promise.resolve()

  constructor(options: ConfigEditorOptions) {
    this.#options = options
  }

  get isEditable(): boolean {
    return this.#options.isEditable
  }

  async contactPoints(): Promise<{
    readonly points: readonly ContactPoint[]
    readonly version: string
  }> {
    const text = await this.#text()
    return { points: maskedReceivers(text, this.#options.path), version: versionOf(text) }
  }

  async policies(): Promise<{
    readonly route: LooseValue
    readonly timeIntervals: LooseValue
    readonly version: string
  }> {
    const text = await this.#text()
    const root = parseLooseYaml(text)
    const part = (name: string): LooseValue | undefined =>
      typeof root === 'object' && root !== null && !Array.isArray(root)
        ? (root as Readonly<Record<string, LooseValue>>)[name]
        : undefined
    return {
      route: part('route') ?? {},
      timeIntervals: part('time_intervals') ?? [],
      version: versionOf(text),
    }
  }

  /** The settings that a contact point would have, with the global section of the file. @throws UserError */
  async draftReceiver(fields: Fields): Promise<ReceiverSettings> {
    const text = await this.#text()
    const document = parseDocument(text)
    const name = textOf(fields, 'name') === '' ? 'test' : textOf(fields, 'name')
    putReceiver(document, name, receiverNode(document, { ...fields, name }, name))
    const config = await this.#load(document.toString())
    const receiver = config.receivers.find((one) => one.name === name)
    if (receiver === undefined) throw bad(`no contact point ${JSON.stringify(name)}`)
    return receiver
  }

  /** Creates, replaces or renames a contact point. @returns the new version */
  putContactPoint(name: string, fields: Fields, version: string): Promise<string> {
    return this.#change(version, (document) => {
      const renamed = textOf(fields, 'name') === '' ? name : textOf(fields, 'name')
      const node = receiverNode(document, { ...fields, name: renamed }, name)
      putReceiver(document, name, node)
      if (renamed !== name) renameInRoutes(document.get('route'), name, renamed)
    })
  }

  deleteContactPoint(name: string, version: string): Promise<string> {
    return this.#change(version, (document) => {
      if (isUsed(document.get('route'), name))
        throw new AlertApiError('alertmanager/in-use', `a route uses ${JSON.stringify(name)}`, 409)
      const receivers = document.get('receivers')
      const at = isSeq(receivers) ? receivers.items.findIndex((one) => nameOf(one) === name) : -1
      if (at < 0)
        throw new AlertApiError(
          'alertmanager/receiver',
          `no contact point ${JSON.stringify(name)}`,
          404,
        )
      document.deleteIn(['receivers', at])
    })
  }

  putPolicies(route: unknown, timeIntervals: unknown, version: string): Promise<string> {
    return this.#change(version, (document) => {
      document.set('route', document.createNode(fieldsOf(route, 'route')))
      if (timeIntervals !== undefined)
        document.set('time_intervals', document.createNode(timeIntervals))
    })
  }

  async #text(): Promise<string> {
    return readText(this.#options.disk, this.#options.path)
  }

  #load(text: string): Promise<AlertmanagerConfig> {
    return loadAlertmanagerText(text, this.#options.path, { disk: this.#options.disk })
  }

  /** One change after the other: checked as a whole, written, put in force. */
  #change(version: string, edit: (document: Document.Parsed) => void): Promise<string> {
    const change = this.#changing.then(async () => {
      const { disk, path, isEditable, apply } = this.#options
      if (!isEditable)
        throw new AlertApiError('alertmanager/read-only', `${path} is not ours to write`, 403)
      const before = await this.#text()
      if (version !== '' && version !== versionOf(before))
        throw new AlertApiError(
          'alertmanager/conflict',
          'the configuration has changed meanwhile',
          409,
        )
      const document = parseDocument(before)
      edit(document)
      const text = document.toString()
      const config = await this.#load(text)
      await disk.writeFileAtomic(path, new TextEncoder().encode(text))
      await apply(config)
      return versionOf(text)
    })
    this.#changing = change.catch(() => {})
    return change
  }
}

function versionOf(text: string): string {
  return sha256(text).slice(0, 16)
}

function nameOf(node: unknown): string {
  const name = isMap(node) ? node.get('name') : undefined
  return typeof name === 'string' ? name : ''
}

function receiverMap(document: Document.Parsed, name: string): YAMLMap | undefined {
  const receivers = document.get('receivers')
  const found = isSeq(receivers) ? receivers.items.find((one) => nameOf(one) === name) : undefined
  return isMap(found) ? found : undefined
}

function putReceiver(document: Document.Parsed, name: string, node: unknown): void {
  const receivers = document.get('receivers')
  if (!isSeq(receivers)) {
    document.set('receivers', document.createNode([node]))
    return
  }
  const at = receivers.items.findIndex((one) => nameOf(one) === name)
  if (at < 0) receivers.add(document.createNode(node))
  else receivers.set(at, document.createNode(node))
}

/** A contact point as the file has it, secrets taken from what stands there. */
function receiverNode(
  document: Document.Parsed,
  fields: Fields,
  oldName: string,
): Readonly<Record<string, unknown>> {
  const old = receiverMap(document, oldName)?.toJSON() as Fields | undefined
  const node: Record<string, unknown> = { name: textOf(fields, 'name') }
  const labels = valueOf(fields, 'labels')
  const own = Object.entries(labels === undefined ? {} : fieldsOf(labels, 'labels')).filter(
    ([key]) => key !== 'name',
  )
  if (own.length > 0) node['labels'] = Object.fromEntries(own)
  for (const one of listOf(fields, 'integrations')) {
    const integration = fieldsOf(one, 'integrations')
    const kind = textOf(integration, 'kind')
    if (!RECEIVER_KINDS.some((known) => known === kind))
      throw bad(`kind: wants one of ${RECEIVER_KINDS.join(', ')}`)
    const key = `${kind}_configs`
    const list = (node[key] ??= []) as unknown[]
    const before = old === undefined ? undefined : valueOf(old, key)
    const oldSettings: unknown = Array.isArray(before) ? before[list.length] : undefined
    list.push(
      withSecrets(fieldsOf(valueOf(integration, 'settings') ?? {}, 'settings'), oldSettings),
    )
  }
  return node
}

/** @throws UserError for a sign that stands for nothing */
function withSecrets(value: unknown, old: unknown): unknown {
  if (value === SECRET) {
    if (typeof old === 'string' || typeof old === 'number') return old
    throw new UserError('alertmanager/secret', 'a secret is to be kept, but there is none yet')
  }
  if (Array.isArray(value))
    return value.map((one, i) => withSecrets(one, Array.isArray(old) ? old[i] : undefined))
  if (typeof value !== 'object' || value === null) return value
  const oldFields = typeof old === 'object' && old !== null ? (old as Fields) : {}
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withSecrets(one, valueOf(oldFields, key))]),
  )
}

function childRoutes(route: unknown): readonly unknown[] {
  const routes = isMap(route) ? route.get('routes') : undefined
  return isSeq(routes) ? routes.items : []
}

function isUsed(route: unknown, name: string): boolean {
  if (isMap(route) && route.get('receiver') === name) return true
  return childRoutes(route).some((child) => isUsed(child, name))
}

function renameInRoutes(route: unknown, from: string, to: string): void {
  if (isMap(route)) {
    const receiver = route.get('receiver', true)
    if (isScalar(receiver) && receiver.value === from) receiver.value = to
  }
  for (const child of childRoutes(route)) renameInRoutes(child, from, to)
}
