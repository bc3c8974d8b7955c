import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Redirect, useLocation, useSearch } from 'wouter'
import { nowMs } from '../../data/browser.ts'
import { exploreLink } from '../../data/explore-link.ts'
import {
  NEW_PANEL,
  PANELS_MAX,
  type QueryPanelState,
  readQueryLink,
  writeQueryLink,
} from '../../data/query-link.ts'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { useText } from '../../services.tsx'
import { QueryPanel } from './query-panel.tsx'
import { loadEditor } from './expression-field.tsx'

/** Links of Grafana's Explore are turned into our own before anything is asked. */
export function QueryPage(): ReactNode {
  const [path] = useLocation()
  const search = useSearch()
  return path === '/explore' ? (
    <Redirect replace to={`/query?${exploreLink(search, nowMs())}`} />
  ) : (
    <Queries />
  )
}

/** Several queries one below the other; the address holds them all, in Prometheus' own form. */
function Queries(): ReactNode {
  const t = useText()
  const { panels, keys, change, add, remove } = usePanels()
  useEffect(loadEditor, [])
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('query.title')}</h1>
        <span className="spacer" />
        <CopyButton label={t('query.share')} text={() => window.location.href} />
        <Button icon="plus" disabled={panels.length >= PANELS_MAX} onClick={() => add(NEW_PANEL)}>
          {t('query.add')}
        </Button>
      </div>
      {panels.map((panel, index) => (
        <QueryPanel
          key={keys[index]}
          id={`q${keys[index]}`}
          panel={panel}
          isFirst={index === 0}
          onChange={(next) => change(index, next)}
          onDuplicate={() => add(panel)}
          onRemove={panels.length > 1 ? () => remove(index) : undefined}
        />
      ))}
    </div>
  )
}

interface Panels {
  readonly panels: readonly QueryPanelState[]
  /** Stay with their panel when one above it is removed. */
  readonly keys: readonly number[]
  readonly change: (index: number, panel: QueryPanelState) => void
  readonly add: (panel: QueryPanelState) => void
  readonly remove: (index: number) => void
}

function usePanels(): Panels {
  const search = useSearch()
  const [, navigate] = useLocation()
  const [keys, setKeys] = useState<readonly number[]>([])
  const nextKey = useRef(1000)
  const panels = readQueryLink(search)
  const known = panels.map((_, index) => keys[index] ?? index)
  const write = (next: readonly QueryPanelState[]) => navigate(`/query?${writeQueryLink(next)}`)
  return {
    panels,
    keys: known,
    change: (index, panel) => write(panels.map((old, i) => (i === index ? panel : old))),
    add(panel) {
      setKeys([...known, nextKey.current++])
      write([...panels, panel])
    },
    remove(index) {
      setKeys(known.filter((_, i) => i !== index))
      write(panels.filter((_, i) => i !== index))
    },
  }
}
