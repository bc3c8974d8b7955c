// Changes to the tree of routes, as plain functions. A route is found by its path: the index of the child at each level,
// [] for the root.
import type { RouteNode } from './alertmanager-types.ts'

export type RoutePath = readonly number[]

/** The tree with another route at a path. */
export function withRoute(tree: RouteNode, path: RoutePath, route: RouteNode): RouteNode {
  const [first, ...rest] = path
  if (first === undefined) return route
  const routes = (tree.routes ?? []).map((child, i) =>
    i === first ? withRoute(child, rest, route) : child,
  )
  return { ...tree, routes }
}

/** The tree with one more route, the last one below a path. */
export function withChild(tree: RouteNode, path: RoutePath, child: RouteNode): RouteNode {
  const parent = routeAt(tree, path)
  return withRoute(tree, path, { ...parent, routes: [...(parent.routes ?? []), child] })
}

/** The tree without the route at a path and all below it. The root stays. */
export function withoutRoute(tree: RouteNode, path: RoutePath): RouteNode {
  const index = path.at(-1)
  if (index === undefined) return tree
  const parentPath = path.slice(0, -1)
  const parent = routeAt(tree, parentPath)
  const routes = (parent.routes ?? []).filter((_, i) => i !== index)
  return withRoute(tree, parentPath, { ...parent, routes })
}

function routeAt(tree: RouteNode, path: RoutePath): RouteNode {
  return path.reduce((node, index) => node.routes?.[index] ?? {}, tree)
}

/** What the form of a route holds. */
export interface RouteDraft {
  readonly receiver: string
  /** One matcher a line. */
  readonly matchers: string
  /** Label names, separated by commas. */
  readonly groupBy: string
  readonly groupWait: string
  readonly groupInterval: string
  readonly repeatInterval: string
  readonly goesOn: boolean
}

export function draftOfRoute(node: RouteNode): RouteDraft {
  return {
    receiver: node.receiver ?? '',
    matchers: (node.matchers ?? []).join('\n'),
    groupBy: (node.group_by ?? []).join(', '),
    groupWait: node.group_wait ?? '',
    groupInterval: node.group_interval ?? '',
    repeatInterval: node.repeat_interval ?? '',
    goesOn: node.continue === true,
  }
}

/** The route of a form; what the form does not show stays as it was, what is empty is taken from above. */
export function routeOfDraft(draft: RouteDraft, before: RouteNode): RouteNode {
  const parts = (text: string, separator: RegExp): string[] =>
    text
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== '')
  const fields = {
    receiver: draft.receiver,
    matchers: parts(draft.matchers, /\n/),
    group_by: parts(draft.groupBy, /[,\s]+/),
    group_wait: draft.groupWait.trim(),
    group_interval: draft.groupInterval.trim(),
    repeat_interval: draft.repeatInterval.trim(),
    continue: draft.goesOn,
  }
  const isGiven = (value: string | boolean | readonly string[]): boolean =>
    typeof value === 'boolean' ? value : value.length > 0
  const kept = Object.entries(fields).filter(([, value]) => isGiven(value))
  const rest = Object.entries(before).filter(([name]) => !Object.hasOwn(fields, name))
  return Object.fromEntries([...kept, ...rest]) as RouteNode
}
