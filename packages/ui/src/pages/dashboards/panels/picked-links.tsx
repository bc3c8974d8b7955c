import type { ReactNode } from 'react'
import { IconButton } from '../../../kit/button.tsx'
import { useText, useTimeFormat } from '../../../services.tsx'
import { useFieldLinks } from '../../../viz/link-context.tsx'
import type { PlotPlan } from '../../../viz/plot-plan.ts'
import { ShownLinks } from '../../../viz/shown-links.tsx'

export interface PickedLinksProps {
  readonly plan: PlotPlan
  readonly picked: { readonly series: number; readonly index: number }
  readonly onClose: () => void
}

/** Where the point that was clicked leads. */
export function PickedLinks(props: PickedLinksProps): ReactNode {
  const { plan, picked } = props
  const t = useText()
  const time = useTimeFormat()
  const linksOf = useFieldLinks()
  const series = plan.series[picked.series]
  const [field, frame] = [plan.fields[picked.series], plan.frames[picked.series]]
  if (series === undefined || field === undefined || frame === undefined) return null
  const value = series.values[picked.index]
  return (
    <div className="picked-links card">
      <header>
        <strong>{series.name}</strong>
        <IconButton icon="close" label={t('app.close')} onClick={props.onClose} />
      </header>
      <p className="hint">
        {time.full((plan.times[picked.index] ?? 0) * 1000)}
        {typeof value === 'number' && ` · ${series.format(value)}`}
      </p>
      <ShownLinks links={linksOf(field, frame, undefined)} />
    </div>
  )
}
