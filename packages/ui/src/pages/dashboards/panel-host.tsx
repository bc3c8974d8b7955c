// One panel of a dashboard: asks for its data while it is near the window, and draws what comes.
import { plainText } from '../../data/plain-text.ts'
import {
  type Frame,
  linksOf,
  type Panel,
  type Variables,
  type VariableValue,
} from '@pharos/dashboards'
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import { isOurs, type PanelQuestion, scopeOf } from '../../data/panel-run.ts'
import { safeAddress } from '../../data/safe-address.ts'
import { useText } from '../../services.tsx'
import { type FieldLinks, FieldLinksProvider } from '../../viz/link-context.tsx'
import { useWidth } from '../../viz/use-width.ts'
import { CrashGuard } from '../../kit/crash-guard.tsx'
import { useScene } from './dashboard-context.tsx'
import { needsData, PanelBody, usePanelView } from './panel-body.tsx'
import { PanelFrame } from './panel-frame.tsx'
import type { PanelCommands } from './panel-commands.ts'
import { useShownFrames } from './shown-frames.ts'
import { useExemplars } from './use-exemplars.ts'
import { useNearWindow } from './use-near-window.ts'
import { usePanelAnswer } from './use-panel-answer.ts'

export interface PanelHostProps {
  readonly panel: Panel
  readonly values: ReadonlyMap<string, VariableValue>
  /** Of the whole frame. */
  readonly heightPx: number
  /** Undefined: nothing can be done with it here. */
  readonly commands: PanelCommands | undefined
  /** Told what the panel has to draw from, whenever that changes. */
  readonly onSight?: (sight: PanelSight) => void
}

export interface PanelSight {
  /** As the queries answered, before any transformation. */
  readonly frames: readonly Frame[]
  /** With transformations and settings. */
  readonly shown: readonly Frame[]
  readonly question: PanelQuestion
}

const HEADER_PX = 34
const PADDING_PX = 10

const NO_FRAMES: readonly never[] = []

export function PanelHost(props: PanelHostProps): ReactNode {
  const { panel, values } = props
  const body = useRef<HTMLDivElement>(null)
  const { session } = useScene()
  const { variables, range } = session
  const isNear = useNearWindow(body)
  const widthPx = useWidth(body)
  const view = usePanelView(panel.type)
  const state = usePanelAnswer(panel, values, widthPx, isNear && needsData(panel))
  const { question } = state
  const shown = useShownFrames(state.answer?.frames, panel, question)
  const exemplars = useExemplars(panel, state.answer)
  useSight(props.onSight, state.answer?.frames, shown.frames, question)
  const fill = useFill(question, variables, values)
  const links = useLatestLinks(question)
  const { zoom, zoomOut } = useZoom()
  const title = fill(panel.title ?? '')
  const error = state.error ?? shown.error
  const bodyPx =
    props.heightPx - (title === '' && panel.transparent === true ? 4 : HEADER_PX) - PADDING_PX
  const shownRange = state.answer?.range ?? question?.range ?? range
  const isForeign = isOfOthers(panel)
  return (
    <PanelFrame
      panel={panel}
      title={title}
      description={fill(panel.description ?? '')}
      links={panelLinks(panel, fill)}
      isLoading={state.isLoading && isNear && needsData(panel)}
      error={error === undefined || error === null ? undefined : plainText(error)}
      warnings={state.answer?.warnings ?? NO_FRAMES}
      timeNote={panel.hideTimeOverride === true ? undefined : timeNote(panel)}
      values={values}
      commands={props.commands}
    >
      <div ref={body} className="panel-body" style={{ height: Math.max(20, bodyPx) }}>
        {isForeign && <ForeignNote panel={panel} />}
        {!isForeign &&
          widthPx > 0 &&
          variables !== undefined &&
          (shown.frames !== undefined || !needsData(panel)) && (
            <FieldLinksProvider links={links}>
              <CrashGuard isSmall key={panel.type}>
                <PanelBody
                  view={view}
                  panel={panel}
                  title={title}
                  frames={shown.frames ?? NO_FRAMES}
                  widthPx={widthPx}
                  heightPx={Math.max(20, bodyPx)}
                  startMs={shownRange.fromMs}
                  endMs={shownRange.toMs}
                  onZoom={zoom}
                  onZoomOut={zoomOut}
                  fill={fill}
                  exemplars={exemplars}
                />
              </CrashGuard>
            </FieldLinksProvider>
          )}
        {shown.frames === undefined && error !== undefined && error !== null && (
          <p className="panel-error">{plainText(error)}</p>
        )}
      </div>
    </PanelFrame>
  )
}

function useSight(
  onSight: PanelHostProps['onSight'],
  frames: readonly Frame[] | undefined,
  shown: readonly Frame[] | undefined,
  question: PanelQuestion | undefined,
): void {
  useEffect(() => {
    if (onSight !== undefined && frames !== undefined && question !== undefined)
      onSight({ frames, shown: shown ?? NO_FRAMES, question })
  }, [onSight, frames, shown, question])
}

/** Both stay the same functions: a chart is not rendered again for them. */
function useZoom(): { zoom: (fromMs: number, toMs: number) => void; zoomOut: () => void } {
  const { setTime, range } = useScene().session
  const shown = useRef(range)
  useEffect(() => {
    shown.current = range
  })
  const zoom = useCallback(
    (fromMs: number, toMs: number) => setTime({ from: String(fromMs), to: String(toMs) }),
    [setTime],
  )
  const zoomOut = useCallback(() => setTime(zoomedOut(shown.current)), [setTime])
  return { zoom, zoomOut }
}

/** Fills variables into a text of the panel. */
function useFill(
  question: PanelQuestion | undefined,
  variables: Variables | undefined,
  values: ReadonlyMap<string, VariableValue>,
): (text: string) => string {
  return useCallback(
    (text) => {
      if (variables === undefined) return text
      const scope = question === undefined ? { values } : scopeOf(question)
      return variables.interpolate(text, scope, 'text')
    },
    [question, variables, values],
  )
}

/** Whether all that a panel asks is asked of other data sources. */
function isOfOthers(panel: Panel): boolean {
  return (
    panel.targets.length > 0 &&
    needsData(panel) &&
    panel.targets.every((target) => !isOurs(target, panel))
  )
}

function ForeignNote({ panel }: { panel: Panel }): ReactNode {
  const t = useText()
  const type = panel.targets[0]?.datasource?.type ?? panel.datasource?.type ?? ''
  return <p className="no-data">{t('panel.foreignSource', { type })}</p>
}

/** Twice as much, around the same middle. */
export function zoomedOut({ fromMs, toMs }: { fromMs: number; toMs: number }): {
  from: string
  to: string
} {
  const half = (toMs - fromMs) / 2
  return { from: String(Math.round(fromMs - half)), to: String(Math.round(toMs + half)) }
}

function timeNote({ timeFrom, timeShift }: Panel): string | undefined {
  const parts = [
    timeFrom,
    timeShift === undefined || timeShift === '' ? undefined : `−${timeShift}`,
  ].filter(Boolean)
  return parts.length === 0 ? undefined : parts.join(' ')
}

function panelLinks(
  panel: Panel,
  fill: (text: string) => string,
): { title: string; href: string; isBlank: boolean }[] {
  return (panel.links ?? []).flatMap(({ url, title, targetBlank }) => {
    const href = safeAddress(fill(url ?? ''))
    return href === undefined
      ? []
      : [{ title: fill(title ?? '') || href, href, isBlank: targetBlank === true }]
  })
}

/** One function for as long as the panel is there; what it fills in is of the question that was asked last. */
function useLatestLinks(question: PanelQuestion | undefined): FieldLinks {
  const latest = useRef(question)
  useLayoutEffect(() => {
    latest.current = question
  })
  return useCallback((...of) => fieldLinksOf(latest.current)(...of), [])
}

/** Where the values of a panel lead, in the dashboard as it is now. */
function fieldLinksOf(question: PanelQuestion | undefined): FieldLinks {
  if (question === undefined) return () => NO_FRAMES
  const scope = scopeOf(question)
  return (field, frame, row) => {
    if ((field.config.links ?? []).length === 0) return NO_FRAMES
    const value = row === undefined ? undefined : field.values[row]
    return linksOf(field, frame, row, value, question.variables, scope).flatMap(
      ({ url, title, targetBlank }) => {
        const href = safeAddress(url)
        return href === undefined ? [] : [{ title, href, isBlank: targetBlank }]
      },
    )
  }
}
