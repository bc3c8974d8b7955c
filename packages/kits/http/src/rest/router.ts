// Routes by template: `/users/:id`. A fixed part wins over a parameter, and nothing is tried twice: finding takes as
// many steps as the path has parts.

interface Node<H> {
  readonly fixed: Map<string, Node<H>>
  parameter: Node<H> | undefined
  readonly methods: Map<string, Route<H>>
}

interface Route<H> {
  readonly template: string
  /** Names of the parameters, in the order of the path. */
  readonly names: readonly string[]
  readonly handler: H
}

export interface Found<H> {
  readonly route: Route<H> | undefined
  /** Where the path is known and the method is not: what it takes. */
  readonly allowed: readonly string[]
  /** Without a prototype. */
  readonly params: Readonly<Record<string, string>>
}

const NOTHING: Found<never> = { route: undefined, allowed: [], params: Object.create(null) }

export class Router<H> {
  readonly #root: Node<H> = emptyNode()

  /** @throws TypeError when the template is none or is taken */
  add(method: string, template: string, handler: H): void {
    if (!template.startsWith('/'))
      throw new TypeError(`route: wants a path such as /users/:id, has "${template}"`)
    const names: string[] = []
    let node = this.#root
    for (const part of partsOf(template)) {
      if (part.startsWith(':')) {
        names.push(part.slice(1))
        node = node.parameter ??= emptyNode()
        continue
      }
      let next = node.fixed.get(part)
      if (next === undefined) node.fixed.set(part, (next = emptyNode()))
      node = next
    }
    if (node.methods.has(method)) throw new TypeError(`route: ${method} ${template} is taken`)
    node.methods.set(method, { template, names, handler })
  }

  find(method: string, path: string): Found<H> {
    const values: string[] = []
    let node = this.#root
    for (const part of partsOf(path)) {
      const fixed = node.fixed.get(part)
      if (fixed !== undefined) {
        node = fixed
        continue
      }
      const value = decoded(part)
      if (node.parameter === undefined || value === undefined || value === '') return NOTHING
      values.push(value)
      node = node.parameter
    }
    if (node.methods.size === 0) return NOTHING
    const route =
      node.methods.get(method) ?? (method === 'HEAD' ? node.methods.get('GET') : undefined)
    const params: Record<string, string> = Object.create(null)
    for (const [i, name] of route?.names.entries() ?? []) params[name] = values[i]!
    const allowed = route === undefined ? [...node.methods.keys()] : []
    return { route, allowed, params }
  }
}

function emptyNode<H>(): Node<H> {
  return { fixed: new Map(), parameter: undefined, methods: new Map() }
}

function partsOf(path: string): string[] {
  return path.split('/').slice(1)
}

/** Undefined for what is no percent encoding. */
function decoded(part: string): string | undefined {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
