// The routing tree: which routes an alert takes, and the names that groups and pages know a route by.
import type { RouteSettings } from '@pharos/config'
import { alertMatchersText, Labels, matchesAlert } from '@pharos/model'

export class Route {
  readonly settings: RouteSettings
  /** Matchers from the root down: part of the key of each of its groups. Not unique. */
  readonly key: string
  /** Unique in its tree. */
  readonly id: string
  readonly routes: readonly Route[]

  constructor(
    settings: RouteSettings,
    parent?: { readonly key: string; readonly id: string },
    index = 0,
  ) {
    const own = alertMatchersText(settings.matchers)
    this.settings = settings
    this.key = parent === undefined ? own : `${parent.key}/${own}`
    this.id = parent === undefined ? own : `${parent.id}/${own}/${index}`
    this.routes = settings.routes.map((child, i) => new Route(child, this, i))
  }

  /** The routes of an alert, depth first, in the order of the file. @source Alertmanager dispatch Route.Match */
  match(labels: Labels): readonly Route[] {
    if (!matchesAlert(this.settings.matchers, labels)) return []
    const found: Route[] = []
    for (const child of this.routes) {
      const matched = child.match(labels)
      found.push(...matched)
      if (matched.length > 0 && !child.settings.continue) break
    }
    return found.length > 0 ? found : [this]
  }

  /** This route and all below it, depth first. */
  *walk(): IterableIterator<Route> {
    yield this
    for (const child of this.routes) yield* child.walk()
  }

  /** The labels that an alert is grouped by. */
  groupLabels(labels: Labels): Labels {
    return this.settings.groupByAll ? labels : labels.only(this.settings.groupBy)
  }
}
