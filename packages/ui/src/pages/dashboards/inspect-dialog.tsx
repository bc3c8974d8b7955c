import { plainText } from '../../data/plain-text.ts'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import { saveAsFile } from '../../data/browser.ts'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { PanelTable } from '../../kit/panel-table.tsx'
import { Tabs } from '../../kit/segmented.tsx'
import { Skeleton } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { csvOf } from '../../viz/table-plan.ts'
import { useWidth } from '../../viz/use-width.ts'
import type { LayerProps } from './layer-props.ts'
import { joinedFrames } from './joined-frames.ts'
import { useShownFrames } from './shown-frames.ts'
import { usePanelAnswer } from './use-panel-answer.ts'

type Tab = 'data' | 'query' | 'json'

const TABLE_PX = 420
const WIDTH_PX = 800

/** What a panel shows as a table, what it asked, and its JSON. */
export function InspectDialog(props: LayerProps): ReactNode {
  const { layer, onClose } = props
  const t = useText()
  const [tab, setTab] = useState<Tab>('data')
  if (layer.kind !== 'inspect') return null
  const options: readonly { value: Tab; label: string }[] = [
    { value: 'data', label: t('inspect.data') },
    { value: 'query', label: t('inspect.query') },
    { value: 'json', label: t('inspect.json') },
  ]
  return (
    <NativeDialog
      title={`${t('panel.inspect')}: ${layer.panel.title}`}
      className="inspect"
      onClose={onClose}
    >
      <Tabs
        id="inspect"
        label={t('panel.inspect')}
        value={tab}
        options={options}
        onChange={setTab}
      />
      <div id="inspect-panel" role="tabpanel" aria-labelledby={`inspect-${tab}`}>
        {tab === 'json' ? (
          <Source text={`${JSON.stringify(layer.panel, undefined, 2)}\n`} />
        ) : (
          <Asked layer={layer} tab={tab} />
        )}
      </div>
    </NativeDialog>
  )
}

function Source({ text }: { text: string }): ReactNode {
  const t = useText()
  return (
    <>
      <CopyButton text={() => text} />
      <textarea className="input source" readOnly aria-label={t('inspect.json')} value={text} />
    </>
  )
}

function Asked(props: {
  layer: Extract<LayerProps['layer'], { kind: 'inspect' }>
  tab: 'data' | 'query'
}): ReactNode {
  const { panel, values } = props.layer
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const widthPx = useWidth(box)
  const state = usePanelAnswer(panel, values, WIDTH_PX, true)
  const shown = useShownFrames(state.answer?.frames, panel, state.question)
  const frames = useMemo(() => joinedFrames(shown.frames ?? []), [shown.frames])
  const answer = state.answer
  if (answer === undefined && state.isLoading) return <Skeleton rows={5} />
  if (props.tab === 'query')
    return (
      <div className="asked">
        {state.error !== undefined && <p className="panel-error">{plainText(state.error)}</p>}
        {(answer?.asked ?? []).map(({ target, query }, index) => (
          <section key={`${index} ${target.refId}`}>
            <h3>
              {target.refId}{' '}
              <span className="hint">
                {'time' in query
                  ? t('inspect.instant')
                  : t('query.step', { step: `${query.step}s` })}
              </span>
            </h3>
            <pre>{target.expr}</pre>
          </section>
        ))}
      </div>
    )
  return (
    <div ref={box}>
      <Button
        icon="download"
        onClick={() =>
          frames.forEach((frame, index) =>
            saveAsFile(
              `${panel.title || 'panel'}${index === 0 ? '' : `-${index}`}.csv`,
              csvOf(frame),
              'text/csv',
            ),
          )
        }
      >
        {t('inspect.csv')}
      </Button>
      {widthPx > 0 && (
        <div className="inspect-table" style={{ height: TABLE_PX }}>
          <PanelTable
            title={t('inspect.data')}
            options={{}}
            frames={frames}
            widthPx={widthPx}
            heightPx={TABLE_PX}
            startMs={0}
            endMs={0}
          />
        </div>
      )}
    </div>
  )
}
