import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useEffectEvent } from 'react'
import { paced, watchSamples } from '../../data/live-samples.ts'
import type { QueryPanelState } from '../../data/query-link.ts'
import { Button } from '../../kit/button.tsx'
import { useText } from '../../services.tsx'

interface LiveSwitchProps {
  readonly panel: QueryPanelState
  readonly onChange: (panel: QueryPanelState) => void
  readonly onNow: () => void
}

/** In the link beside the reference's keys. */
const LIVE_KEY = 'live'

/** Runs the query again whenever something has come of what it reads. Only the present can be followed. */
export function LiveSwitch({ panel, onChange, onNow }: LiveSwitchProps): ReactNode {
  const t = useText()
  const isLive = panel.endMs === undefined && panel.kept.some(([key]) => key === LIVE_KEY)
  useLive(panel.expr, isLive, onNow)
  const toggle = () => {
    const kept = panel.kept.filter(([key]) => key !== LIVE_KEY)
    if (!isLive) onNow()
    onChange({ ...panel, endMs: undefined, kept: isLive ? kept : [...kept, [LIVE_KEY, '1']] })
  }
  return (
    <Button aria-pressed={isLive} title={t('query.liveHint')} onClick={toggle}>
      <i className={isLive ? 'live-dot is-on' : 'live-dot'} />
      {t('query.live')}
    </Button>
  )
}

function useLive(expr: string, isLive: boolean, onNow: () => void): void {
  const queries = useQueryClient()
  const run = useEffectEvent(onNow)
  useEffect(() => {
    if (!isLive || expr === '') return undefined
    const runs = paced(run, () => queries.isFetching() > 0)
    const leave = watchSamples(document.baseURI, expr, runs.ask)
    return () => {
      leave()
      runs.end()
    }
  }, [expr, isLive, queries])
}
