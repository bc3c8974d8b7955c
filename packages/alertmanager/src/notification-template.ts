// Templates of notifications: the default ones, those of the configuration, and texts of its keys.
import type { Clock } from '@pharos/base'
import type { Labels } from '@pharos/model'
import {
  callError,
  type GoFunction,
  GoObject,
  plainText,
  TemplateSet,
  type Value,
} from '@pharos/template'
import { DEFAULT_TEMPLATES, EMAIL_TEMPLATES } from './default-templates.ts'
import { PARSED_TEXTS_MAX } from './limits.ts'
import { notificationFunctions } from './template-functions.ts'

type TemplateFormat = 'text' | 'html'

export class NotificationTemplates {
  readonly #set: TemplateSet
  /** Sets in which a text of the configuration was read once. */
  readonly #parsed = new Map<string, TemplateSet>()

  /**
   * @param files  texts of template files, later definitions replacing earlier ones
   * @throws TemplateError when one of them cannot be read
   */
  constructor(clock: Clock, files: readonly { readonly name: string; readonly text: string }[]) {
    this.#set = new TemplateSet(notificationFunctions(clock), clock)
    this.#set.add('', DEFAULT_TEMPLATES).add('', EMAIL_TEMPLATES)
    for (const { name, text } of files) this.#set.add(name, text)
  }

  /**
   * A text with its actions carried out.
   * @throws TemplateError with Go's words
   */
  expand(text: string, dot: Value, format: TemplateFormat = 'text'): string {
    return text.includes('{{') ? this.#execute(text, dot, format, new RouteLabelsOnce(dot)) : text
  }

  /** Route labels of a group, whose values are templates that may name each other. */
  expandRouteLabels(labels: Labels, dot: Value): ReadonlyMap<string, string> {
    const once = new RouteLabelsOnce(dot)
    return new Map(
      [...labels].map(([name]) => [name, this.#resolve(name, dot, 'text', once)] as const),
    )
  }

  /** Reads a text only. @throws TemplateError */
  check(text: string): void {
    this.#setOf(text)
  }

  #setOf(text: string): TemplateSet {
    const known = this.#parsed.get(text)
    if (known !== undefined) return known
    const set = this.#set.clone().add('', text)
    if (this.#parsed.size >= PARSED_TEXTS_MAX) this.#parsed.clear()
    this.#parsed.set(text, set)
    return set
  }

  #execute(text: string, dot: Value, format: TemplateFormat, once: RouteLabelsOnce): string {
    const routeLabels: GoFunction = {
      minArgs: 1,
      maxArgs: 1,
      types: ['string'],
      call: ([name]) => this.#resolve(plainText(name), dot, format, once),
    }
    const functions = new Map([['routeLabels', routeLabels]])
    return this.#setOf(text).execute('', dot, { format, functions })
  }

  #resolve(name: string, dot: Value, format: TemplateFormat, once: RouteLabelsOnce): string {
    const raw = once.raw(name)
    if (raw === undefined) return ''
    return once.resolved(name, () =>
      raw.includes('{{') ? this.#execute(raw, dot, format, once) : raw,
    )
  }
}

/** Each route label is rendered once, and one that needs itself is refused. */
class RouteLabelsOnce {
  readonly #labels: ReadonlyMap<string, Value> | undefined
  readonly #done = new Map<string, string>()
  readonly #running: string[] = []

  constructor(dot: Value) {
    const labels = dot instanceof GoObject ? dot.fields.get('RouteLabels') : undefined
    const inner = labels instanceof GoObject ? labels.inner : undefined
    this.#labels = inner instanceof Map ? (inner as ReadonlyMap<string, Value>) : undefined
  }

  raw(name: string): string | undefined {
    const raw = this.#labels?.get(name)
    return typeof raw === 'string' ? raw : undefined
  }

  resolved(name: string, render: () => string): string {
    const done = this.#done.get(name)
    if (done !== undefined) return done
    if (this.#running.includes(name))
      throw callError(`route label cycle detected: ${[...this.#running, name].join(' -> ')}`)
    this.#running.push(name)
    const text = render()
    this.#running.pop()
    this.#done.set(name, text)
    return text
  }
}
