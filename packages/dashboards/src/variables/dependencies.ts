// Variables whose queries mention other variables are loaded after them.
import type { VariableModel } from '../dashboard.ts'
import { referencesIn } from './interpolate.ts'
import { queryTextOf } from './query-variable.ts'

/** Names of the variables that a definition mentions. */
function mentionedIn(model: VariableModel): ReadonlySet<string> {
  const uid = model.datasource?.uid
  const texts = [queryTextOf(model), model.regex ?? '', typeof uid === 'string' ? uid : '']
  return new Set(texts.flatMap((text) => referencesIn(text).map(({ name }) => name)))
}

/**
 * Definitions in waves: each wave needs only those before it. Those that wait for each other in a circle come last,
 * together, in the order of the dashboard.
 */
export function loadingOrder(models: readonly VariableModel[]): VariableModel[][] {
  const names = new Set(models.map(({ name }) => name))
  const waiting = new Map(
    models.map((model) => {
      const needs = [...mentionedIn(model)].filter((name) => names.has(name) && name !== model.name)
      return [model, needs] as const
    }),
  )
  const done = new Set<string>()
  const waves: VariableModel[][] = []
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, needs]) => needs.every((name) => done.has(name)))
    const wave = (ready.length > 0 ? ready : [...waiting]).map(([model]) => model)
    for (const model of wave) {
      waiting.delete(model)
      done.add(model.name)
    }
    waves.push(wave)
  }
  return waves
}

/** A variable and all that mention it, directly or through others. */
export function dependents(
  models: readonly VariableModel[],
  changed: readonly string[],
): Set<string> {
  const found = new Set(changed)
  for (let grew = true; grew;) {
    grew = false
    for (const model of models) {
      if (found.has(model.name)) continue
      if (![...mentionedIn(model)].some((name) => found.has(name))) continue
      found.add(model.name)
      grew = true
    }
  }
  return found
}
