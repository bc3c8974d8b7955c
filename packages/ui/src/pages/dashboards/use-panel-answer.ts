import type { Panel, VariableValue } from '@pharos/dashboards'
import { useEffect, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { asTask, nowMs } from '../../data/browser.ts'
import {
  type PanelAnswer,
  type PanelMemory,
  panelRange,
  type PanelQuestion,
  runPanel,
} from '../../data/panel-run.ts'
import { useScene } from './dashboard-context.tsx'

interface PanelState {
  readonly answer: PanelAnswer | undefined
  readonly error: unknown
  readonly isLoading: boolean
  /** Undefined until variables are there. */
  readonly question: PanelQuestion | undefined
}

/** Widths that differ by less ask for the same points. */
const WIDTH_STEP_PX = 100

/**
 * The answer to a panel's queries: asked while the panel is near the window, again when anything it depends on changes;
 * the last answer stays until the next is there.
 */
export function usePanelAnswer(
  panel: Panel,
  values: ReadonlyMap<string, VariableValue>,
  widthPx: number,
  isNear: boolean,
): PanelState {
  const { session, batcher, scrapeIntervalMs, withFilters } = useScene()
  const { variables, range, rawRange, refreshCount } = session
  const memory = useRef<PanelMemory>(new Map())
  const [state, setState] = useState<Omit<PanelState, 'question'>>({
    answer: undefined,
    error: undefined,
    isLoading: true,
  })
  const points = widthPx === 0 ? 0 : Math.ceil(widthPx / WIDTH_STEP_PX) * WIDTH_STEP_PX
  const question = useMemo<PanelQuestion | undefined>(
    () =>
      variables === undefined
        ? undefined
        : {
            panel,
            variables,
            values,
            range: panelRange(panel, range, nowMs()),
            rawRange,
            maxDataPoints: points,
            scrapeIntervalMs,
            withFilters,
          },
    [panel, variables, values, range, rawRange, points, scrapeIntervalMs, withFilters],
  )
  const isDue = isNear && points > 0 && question !== undefined
  useEffect(() => {
    if (!isDue || question === undefined) return undefined
    const controller = new AbortController()
    // The dot in the title stands for the request that begins here.
    // oxlint-disable-next-line react-hooks/set-state-in-effect
    setState((before) => (before.isLoading ? before : { ...before, isLoading: true }))
    runPanel(batcher, question, memory.current, controller.signal).then(
      (answer) =>
        asTask(() => {
          if (controller.signal.aborted) return
          // Drawn within this task: React would put all panels that are due into one long one.
          flushSync(() => setState({ answer, error: undefined, isLoading: false }))
        }),
      (error: unknown) => {
        if (!controller.signal.aborted)
          setState((before) => ({ answer: before.answer, error, isLoading: false }))
      },
    )
    return () => controller.abort()
  }, [isDue, question, batcher, refreshCount])
  return { ...state, question }
}
