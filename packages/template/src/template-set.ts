// Templates that know each other by name.

import type { Clock } from '@pharos/base'
import { BUILTINS } from './builtins.ts'
import { execute, type MissingKey } from './evaluator.ts'
import { isEmptyList, parseTemplate, type Tree } from './parser.ts'
import { HtmlSink, TextSink } from './sink.ts'
import { TemplateError } from './template-error.ts'
import type { GoFunction, Value } from './value.ts'

export interface ExecuteOptions {
  /** `html` escapes what actions print, for the place of the page where it stands. */
  readonly format?: 'text' | 'html'
  /** What an absent key of a map is; `zero` when not given, as everywhere in Prometheus. */
  readonly missingKey?: MissingKey
  /** Functions of this execution, before those of the set. */
  readonly functions?: ReadonlyMap<string, GoFunction>
}

export class TemplateSet {
  readonly #functions: ReadonlyMap<string, GoFunction>
  readonly #clock: Clock | undefined
  readonly #trees: Map<string, Tree>

  /** @param clock  measures the time limit of an execution; without one only its steps are counted */
  constructor(
    functions: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>(),
    clock?: Clock,
    trees: ReadonlyMap<string, Tree> = new Map<string, Tree>(),
  ) {
    this.#functions = new Map([...BUILTINS, ...functions])
    this.#clock = clock
    this.#trees = new Map(trees)
  }

  /**
   * Reads a text: its definitions replace those of before, what stands outside of them is the template `name`.
   * @throws TemplateError `template/parse` with Go's words
   */
  add(name: string, text: string): this {
    for (const tree of parseTemplate(name, text, (one) => this.#functions.has(one))) {
      if (this.#trees.has(tree.name) && isEmptyList(tree.root)) continue
      this.#trees.set(tree.name, tree)
    }
    return this
  }

  has(name: string): boolean {
    return this.#trees.has(name)
  }

  names(): readonly string[] {
    return [...this.#trees.keys()]
  }

  /** A set of its own that begins with the same templates. */
  clone(): TemplateSet {
    return new TemplateSet(this.#functions, this.#clock, this.#trees)
  }

  /**
   * What a template gives for some data.
   * @throws TemplateError `template/execute` with Go's words; `template/limit`
   * @source Go text/template, html/template
   */
  execute(name: string, data: Value, options: ExecuteOptions = {}): string {
    const isHtml = options.format === 'html'
    const tree = this.#trees.get(name)
    if (tree === undefined) {
      const quoted = JSON.stringify(name)
      throw new TemplateError('template/execute', `template: no template ${quoted}`)
    }
    const sink = isHtml ? new HtmlSink() : new TextSink()
    execute(tree, data, {
      sink,
      functions: new Map([...this.#functions, ...(options.functions ?? [])]),
      treeOf: (one) => this.#trees.get(one),
      missingKey: options.missingKey ?? 'zero',
      clock: this.#clock,
    })
    return sink.output()
  }
}
