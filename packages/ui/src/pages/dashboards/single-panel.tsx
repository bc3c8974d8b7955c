import type { Panel, VariableValue } from '@pharos/dashboards'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { useText } from '../../services.tsx'
import { PanelHost, type PanelHostProps } from './panel-host.tsx'

const NO_VALUES: ReadonlyMap<string, VariableValue> = new Map()
const LEAST_PX = 240

export interface SinglePanelProps {
  readonly panel: Panel
  readonly commands: PanelHostProps['commands']
  readonly onBack: () => void
}

/** One panel as large as the window. */
export function SinglePanel(props: SinglePanelProps): ReactNode {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const [heightPx, setHeightPx] = useState(0)
  useEffect(() => {
    const measure = () => {
      const top = box.current?.getBoundingClientRect().top ?? 0
      setHeightPx(Math.max(LEAST_PX, window.innerHeight - top - 56))
    }
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  return (
    <div ref={box} className="single-panel">
      {heightPx > 0 && (
        <PanelHost
          panel={props.panel}
          values={NO_VALUES}
          heightPx={heightPx}
          commands={props.commands}
        />
      )}
      <Button icon="left" onClick={props.onBack}>
        {t('dash.backToAll')}
      </Button>
    </div>
  )
}
