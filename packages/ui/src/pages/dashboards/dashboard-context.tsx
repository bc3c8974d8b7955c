// What every panel of a dashboard needs of the dashboard.
import { createContext, type ReactNode, useContext } from 'react'
import type { QueryBatcher } from '../../data/query-batch.ts'
import type { PlotMark } from '../../viz/plot-series.ts'
import type { DashboardSession } from './use-dashboard-session.ts'

export interface DashboardScene {
  readonly session: DashboardSession
  readonly batcher: QueryBatcher
  readonly scrapeIntervalMs: number
  /** Rewrites an expression so that the adhoc filters hold in it. */
  readonly withFilters: (expr: string) => string
  readonly marks: readonly PlotMark[]
}

const SceneContext = createContext<DashboardScene | undefined>(undefined)

export function SceneProvider(props: { scene: DashboardScene; children: ReactNode }): ReactNode {
  return <SceneContext value={props.scene}>{props.children}</SceneContext>
}

export function useScene(): DashboardScene {
  const scene = useContext(SceneContext)
  if (scene === undefined) throw new Error('a panel stands outside of a dashboard')
  return scene
}
