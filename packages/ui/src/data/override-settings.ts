// The settings that an override can lay over a field. Files name them by whole objects, `custom.lineStyle` with
// `{ fill, dash }`; the options of a panel that lie in one object are parts of one setting here.
import { optionsOf, type PanelOption } from './panel-options.ts'

export interface OverrideSetting {
  /** As in `properties` of an override. */
  readonly id: string
  readonly parts: readonly {
    readonly option: PanelOption
    /** Inside of the setting's value; empty: the value itself. */
    readonly path: string
  }[]
}

const PREFIX = 'fieldConfig.defaults.'

/** @param type  of the panel */
export function overrideSettings(type: string): OverrideSetting[] {
  const settings = new Map<string, OverrideSetting['parts']>()
  for (const option of optionsOf(type)) {
    if (!option.path.startsWith(PREFIX)) continue
    const steps = option.path.slice(PREFIX.length).split('.')
    const depth = steps[0] === 'custom' ? 2 : 1
    const id = steps.slice(0, depth).join('.')
    const path = steps.slice(depth).join('.')
    settings.set(id, [...(settings.get(id) ?? []), { option, path }])
  }
  return [...settings].map(([id, parts]) => ({ id, parts }))
}
