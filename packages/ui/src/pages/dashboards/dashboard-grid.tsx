// The grid: 24 columns, rows of 30 px, 8 px between panels. On a phone two columns, one for small panels.
import {
  type Dashboard,
  gridLayout,
  type Panel,
  type PlacedPanel,
  type Variables,
} from '@pharos/dashboards'
import { type ComponentType, type ReactNode, useMemo, useRef, useState } from 'react'
import { Icon } from '../../kit/icon.tsx'
import { useLoaded } from '../../viz/use-loaded.ts'
import { useText } from '../../services.tsx'
import { useWidth } from '../../viz/use-width.ts'
import type { GridHandlesProps } from './grid-handles.tsx'
import { PanelHost, type PanelHostProps } from './panel-host.tsx'

const ROW_PX = 30
const GAP_PX = 8
const PHONE_PX = 700
const PHONE_HEIGHT_MAX_PX = 320
const SMALL: ReadonlySet<string> = new Set(['stat', 'gauge'])

interface DashboardGridProps {
  readonly dashboard: Dashboard
  readonly variables: Variables
  /** What a person opened or closed, by key of the row. */
  readonly collapsed: ReadonlyMap<string, boolean>
  readonly onToggleRow: (key: string, isCollapsed: boolean) => void
  readonly commands: PanelHostProps['commands']
  /** Undefined while nobody edits. */
  readonly onChange: ((dashboard: Dashboard) => void) | undefined
}

export function DashboardGrid(props: DashboardGridProps): ReactNode {
  const { dashboard, variables, collapsed, onChange } = props
  const grid = useRef<HTMLDivElement>(null)
  const widthPx = useWidth(grid)
  const isPhone = widthPx > 0 && widthPx < PHONE_PX
  const [moved, setMoved] = useState<Parameters<GridHandlesProps['onMoving']>[0]>(undefined)
  const Handles = useLoaded(onChange === undefined ? undefined : loadHandles)
  const { panels, height } = useMemo(() => {
    const shown =
      moved === undefined ? dashboard : { ...dashboard, panels: withBox(dashboard.panels, moved) }
    return gridLayout(shown, variables, { collapsed })
  }, [dashboard, variables, collapsed, moved])
  return (
    <div
      ref={grid}
      className={
        isPhone
          ? 'dash-grid is-phone'
          : onChange === undefined
            ? 'dash-grid'
            : 'dash-grid is-editing'
      }
      style={isPhone ? {} : { height: height * (ROW_PX + GAP_PX) }}
    >
      {widthPx > 0 &&
        panels.map((one) => (
          <GridCell
            key={one.key}
            placed={one}
            isPhone={isPhone}
            isMoving={moved?.id === one.panel.id}
          >
            {one.isRow ? (
              <RowHeader
                placed={one}
                title={variables.interpolate(one.panel.title ?? '', { values: one.values }, 'text')}
                onToggle={props.onToggleRow}
              />
            ) : (
              <>
                <PanelHost
                  panel={one.panel}
                  values={one.values}
                  heightPx={cellHeightPx(one, isPhone)}
                  commands={props.commands}
                />
                {Handles !== undefined && onChange !== undefined && !isPhone && (
                  // Loaded once and kept in state: it is no new component at every render.
                  // oxlint-disable-next-line react/static-components
                  <Handles
                    grid={grid}
                    dashboard={dashboard}
                    panel={one.panel}
                    gridPos={one.at}
                    onMoving={setMoved}
                    onChange={onChange}
                  />
                )}
              </>
            )}
          </GridCell>
        ))}
    </div>
  )
}

async function loadHandles(): Promise<ComponentType<GridHandlesProps>> {
  return (await import('./grid-handles.tsx')).GridHandles
}

function withBox(
  panels: readonly Panel[],
  moved: { readonly id: number; readonly gridPos: Panel['gridPos'] },
): Panel[] {
  return panels.map((panel) => {
    if (panel.id === moved.id) return { ...panel, gridPos: moved.gridPos }
    return panel.panels === undefined ? panel : { ...panel, panels: withBox(panel.panels, moved) }
  })
}

function cellHeightPx({ panel, at: { h } }: PlacedPanel, isPhone: boolean): number {
  const px = h * ROW_PX + (h - 1) * GAP_PX
  if (!isPhone) return px
  return SMALL.has(panel.type)
    ? Math.min(Math.max(px, 110), 150)
    : Math.min(Math.max(px, 150), PHONE_HEIGHT_MAX_PX)
}

function GridCell(props: {
  placed: PlacedPanel
  isPhone: boolean
  isMoving: boolean
  children: ReactNode
}): ReactNode {
  const { placed, isPhone } = props
  const { x, y, w, h } = placed.at
  const style = isPhone
    ? {
        gridColumn: SMALL.has(placed.panel.type) ? 'span 1' : 'span 2',
        height: placed.panel.type === 'row' ? ROW_PX : cellHeightPx(placed, true),
      }
    : {
        left: `calc(${x} * (100% + ${GAP_PX}px) / 24)`,
        width: `calc(${w} * (100% + ${GAP_PX}px) / 24 - ${GAP_PX}px)`,
        top: y * (ROW_PX + GAP_PX),
        height: h * ROW_PX + (h - 1) * GAP_PX,
      }
  return (
    <div className={props.isMoving ? 'dash-cell is-moving' : 'dash-cell'} style={style}>
      {props.children}
    </div>
  )
}

function RowHeader(props: {
  placed: PlacedPanel
  title: string
  onToggle: (key: string, isCollapsed: boolean) => void
}): ReactNode {
  const { placed, title } = props
  const { isCollapsed, key, panel } = placed
  const t = useText()
  const count = panel.panels?.length ?? 0
  return (
    <h2 className="dash-row">
      <button
        type="button"
        aria-expanded={!isCollapsed}
        onClick={() => props.onToggle(key, !isCollapsed)}
      >
        <Icon name={isCollapsed ? 'right' : 'down'} size={15} />
        <span>{title === '' ? t('panel.row') : title}</span>
        {isCollapsed && count > 0 && <small>{t('panel.count', { count })}</small>}
      </button>
    </h2>
  )
}
