import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import { nowMs } from '../../data/browser.ts'
import type { Unit } from '../../data/format.ts'
import type { HostQuery, HostWindow } from '../../data/host-queries.ts'
import { type LiveFrame, moveOn, shownStartMs } from '../../data/live-frame.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { Icon } from '../../kit/icon.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'
import { createCursorStore } from '../../viz/chart-cursor.ts'
import { LegendList } from '../../kit/legend-list.tsx'
import { TimeChart } from '../../viz/time-chart.tsx'
import { useHidden } from '../../viz/use-hidden.ts'
import { isWorthRetrying } from '../use-api.ts'

const HEIGHT_PX = 168

interface LivePanelProps {
  readonly title: string
  readonly queries: readonly HostQuery[]
  readonly window: HostWindow
  readonly everyMs: number
  /** The oldest sample that there is, ms. */
  readonly oldestMs: number | undefined
  readonly unit: Unit
  readonly stacked?: boolean
  readonly fill?: boolean
  readonly max?: number
  /** Beside the title. */
  readonly note?: string
}

export function LivePanel(props: LivePanelProps): ReactNode {
  const t = useText()
  const { window } = props
  const live = useLiveFrame(props)
  const link = writeQueryLink(
    props.queries.map(({ expr }) => ({
      ...NEW_PANEL,
      expr,
      rangeSeconds: window.rangeSeconds,
      display: props.stacked === true && props.queries.length === 1 ? 'stacked' : 'lines',
    })),
  )
  return (
    <section className="card panel">
      <header>
        <h3>
          {props.title} <span className="hint">{props.note}</span>
        </h3>
        <Link
          href={`/query?${link}`}
          className="icon-btn"
          aria-label={`${t('overview.openQuery')}: ${props.title}`}
          title={t('overview.openQuery')}
        >
          <Icon name="search" size={14} />
        </Link>
      </header>
      <Fetched query={live} loading={<div className="panel-wait" />}>
        {(data) => <LiveChart {...props} live={data} />}
      </Fetched>
    </section>
  )
}

function LiveChart(props: LivePanelProps & { live: LiveFrame }): ReactNode {
  const t = useText()
  const { frame, startMs, endMs } = props.live
  const [cursor] = useState(createCursorStore)
  const [highlight, setHighlight] = useState<number | undefined>(undefined)
  const names = useMemo(() => frame.series.map(({ name }) => name), [frame])
  const [hidden, setHidden] = useHidden(names)
  if (frame.series.length === 0)
    return (
      <div className="panel-wait">
        <EmptyState title={t('overview.waiting')} hint={t('overview.waitingHint')} />
      </div>
    )
  return (
    <>
      <TimeChart
        title={props.title}
        frame={frame}
        names={names}
        unit={props.unit}
        heightPx={HEIGHT_PX}
        startMs={shownStartMs(startMs, endMs, props.oldestMs)}
        endMs={endMs}
        cursor={cursor}
        group="overview"
        min={0}
        stacked={props.stacked ?? false}
        fill={props.stacked === true ? 0.6 : props.fill === true ? 0.12 : 0}
        highlight={highlight}
        hidden={hidden}
        {...(props.max === undefined ? {} : { max: props.max })}
      />
      <LegendList
        frame={frame}
        names={names}
        unit={props.unit}
        hidden={hidden}
        onHidden={setHidden}
        onPoint={setHighlight}
      />
    </>
  )
}

function useLiveFrame(props: LivePanelProps) {
  const { api } = useServices()
  const { queries, window, everyMs } = props
  const key = queries.map(({ expr, name }) => `${name ?? ''}=${expr}`).join('\n')
  const before = useRef<{ key: string; live: LiveFrame } | undefined>(undefined)
  const full = `${key}\n${window.rangeSeconds}`
  return useQuery({
    queryKey: ['live', key, window.rangeSeconds],
    queryFn: async ({ signal }) => {
      const known = before.current?.key === full ? before.current.live : undefined
      const live = await moveOn(api, queries, window, known, nowMs(), signal)
      before.current = { key: full, live }
      return live
    },
    refetchInterval: Math.max(everyMs, window.stepSeconds * 1000),
    structuralSharing: false,
    retry: isWorthRetrying,
  })
}
