// The kinds of panels, each as it would show this panel's data.
import type { Panel } from '@pharos/dashboards'
import { type ReactNode, useMemo, useState } from 'react'
import { kindTitle } from '../../../data/choice-titles.ts'
import { CrashGuard } from '../../../kit/crash-guard.tsx'
import { Icon } from '../../../kit/icon.tsx'
import { useText } from '../../../services.tsx'
import { needsData, PANEL_TYPES, PanelBody, usePanelView } from '../panel-body.tsx'
import type { PanelSight } from '../panel-host.tsx'
import { useShownFrames } from '../shown-frames.ts'
import { useChoiceName } from './use-choice-name.ts'

interface TypeSwitcherProps {
  readonly panel: Panel
  readonly sight: PanelSight | undefined
  readonly onChange: (type: string) => void
}

export function TypeSwitcher({ panel, sight, onChange }: TypeSwitcherProps): ReactNode {
  const t = useText()
  const nameOf = useChoiceName(kindTitle)
  const [isOpen, setOpen] = useState(false)
  const types = [...new Set([...PANEL_TYPES, panel.type])]
  return (
    <section className="type-switcher" aria-label={t('editor.type')}>
      <button
        type="button"
        className="btn"
        aria-expanded={isOpen}
        title={t('editor.changeType')}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="hint">{t('editor.type')}</span>
        <b>{nameOf(panel.type)}</b>
        <Icon name={isOpen ? 'up' : 'down'} size={14} />
      </button>
      {isOpen && (
        <ul className="type-cards">
          {types.map((type) => (
            <li key={type} className={type === panel.type ? 'type-card is-chosen' : 'type-card'}>
              <div className="type-thumb" inert aria-hidden="true">
                {sight !== undefined && <Thumbnail type={type} panel={panel} sight={sight} />}
              </div>
              <button
                type="button"
                aria-pressed={type === panel.type}
                onClick={() => {
                  setOpen(false)
                  if (type !== panel.type) onChange(type)
                }}
              >
                {nameOf(type)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const WIDTH_PX = 140
const HEIGHT_PX = 76

function Thumbnail(props: { type: string; panel: Panel; sight: PanelSight }): ReactNode {
  const { type, panel, sight } = props
  const small = useMemo<Panel>(
    () => ({
      ...panel,
      type,
      options: { ...panel.options, legend: { showLegend: false } },
    }),
    [panel, type],
  )
  const view = usePanelView(type)
  const { frames } = useShownFrames(sight.frames, small, sight.question)
  const { range } = sight.question
  if (!needsData(small)) return <Icon name="list" size={28} />
  if (frames === undefined) return null
  return (
    <CrashGuard isSmall>
      <div style={{ width: WIDTH_PX, height: HEIGHT_PX }}>
        <PanelBody
          view={view}
          panel={small}
          title={type}
          frames={frames}
          widthPx={WIDTH_PX}
          heightPx={HEIGHT_PX}
          startMs={range.fromMs}
          endMs={range.toMs}
          onZoom={undefined}
          onZoomOut={undefined}
          fill={(text) => text}
        />
      </div>
    </CrashGuard>
  )
}
