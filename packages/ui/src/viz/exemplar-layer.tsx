// Exemplars over a chart: a diamond each, which tells its labels and leads to its trace. They are buttons and not part
// of the drawing, so that the keyboard reaches them. What a label says is a stranger's: it is shown as text only.
import { type ReactNode, useMemo, useState } from 'react'
import type uPlot from 'uplot'
import { type Exemplar, thinned } from '../data/exemplars.ts'
import { useText, useTimeFormat } from '../services.tsx'
import type { ShownLink } from './link-context.tsx'
import { ShownLinks } from './shown-links.tsx'

interface ExemplarLayerProps {
  /** Made anew with each drawing. */
  readonly drawn: { readonly plot: uPlot }
  readonly exemplars: readonly Exemplar[]
  /** Key of the axis that an exemplar is measured on. */
  readonly axisOf: (exemplar: Exemplar) => string | undefined
  readonly format: (exemplar: Exemplar) => string
  /** Where it leads. */
  readonly linksOf: (exemplar: Exemplar) => readonly ShownLink[]
}

interface Placed {
  readonly x: number
  readonly y: number
  readonly value: number
  readonly exemplar: Exemplar
}

/** What a finger can hit. @source WCAG 2.2, target size */
const APART_PX = 24
const SHOWN_MAX = 150

export function ExemplarLayer(props: ExemplarLayerProps): ReactNode {
  const { drawn, exemplars, axisOf } = props
  const t = useText()
  const time = useTimeFormat()
  const [open, setOpen] = useState<Exemplar | undefined>(undefined)
  const placed = useMemo(() => placedOn(drawn.plot, exemplars, axisOf), [drawn, exemplars, axisOf])
  return (
    <>
      {placed.map((one) => (
        <button
          key={`${one.exemplar.timeMs} ${one.value} ${one.x} ${one.y}`}
          type="button"
          className="exemplar"
          style={{ left: one.x, top: one.y }}
          aria-label={t('exemplar.at', { time: time.full(one.exemplar.timeMs) })}
          aria-expanded={open === one.exemplar}
          onClick={() => setOpen(open === one.exemplar ? undefined : one.exemplar)}
          onPointerEnter={() => setOpen(one.exemplar)}
        />
      ))}
      {placed.map(
        (one) =>
          one.exemplar === open && (
            <ExemplarCard
              key="card"
              placed={one}
              format={props.format}
              links={props.linksOf(one.exemplar)}
              widthPx={drawn.plot.width}
              onClose={() => setOpen(undefined)}
            />
          ),
      )}
    </>
  )
}

/** In CSS pixels from the chart's left and top. Above or below what the axis shows they stand at its edge. */
function placedOn(
  plot: uPlot,
  exemplars: readonly Exemplar[],
  axisOf: ExemplarLayerProps['axisOf'],
): Placed[] {
  const { offsetLeft, offsetTop, clientWidth, clientHeight } = plot.over
  const all = exemplars.flatMap((exemplar): Placed[] => {
    const axis = axisOf(exemplar)
    const x = plot.valToPos(exemplar.timeMs / 1000, 'x')
    const y = axis === undefined ? NaN : plot.valToPos(exemplar.value, axis)
    if (!(x >= 0 && x <= clientWidth) || y !== y) return []
    return [
      {
        x: x + offsetLeft,
        y: Math.max(0, Math.min(clientHeight, y)) + offsetTop,
        value: exemplar.value,
        exemplar,
      },
    ]
  })
  return thinned(all, APART_PX, SHOWN_MAX)
}

const CARD_PX = 280

function ExemplarCard(props: {
  placed: Placed
  format: ExemplarLayerProps['format']
  links: readonly ShownLink[]
  widthPx: number
  onClose: () => void
}): ReactNode {
  const { x, y, exemplar } = props.placed
  const t = useText()
  const time = useTimeFormat()
  return (
    // Who leaves it with the pointer closes it; the keyboard does so with the button that opened it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className="exemplar-card card"
      // A region of its own, which the pointer can reach without it closing.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="group"
      aria-label={t('exemplar.title')}
      style={{
        left: Math.max(0, Math.min(x + 10, props.widthPx - CARD_PX)),
        top: y + 10,
        width: CARD_PX,
      }}
      onPointerLeave={props.onClose}
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onClose()
      }}
    >
      <time>{time.full(exemplar.timeMs)}</time>
      <dl>
        <dt>{t('exemplar.value')}</dt>
        <dd>{props.format(exemplar)}</dd>
        {Object.entries(exemplar.labels).map(([name, text]) => (
          <Label key={name} name={name} text={text} />
        ))}
        {Object.entries(exemplar.series).map(([name, text]) => (
          <Label key={`of series ${name}`} name={name} text={text} />
        ))}
      </dl>
      <ShownLinks links={props.links} />
    </div>
  )
}

function Label({ name, text }: { name: string; text: string }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  )
}
