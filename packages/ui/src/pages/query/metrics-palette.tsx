// The metrics explorer: every metric that the server knows, with its type and what its help says.
import { type ReactNode, useMemo, useState } from 'react'
import type { MetricMetadata } from '../../data/api-types.ts'
import { indexMetrics, type Metric, searchMetrics, typesOf } from '../../data/metric-list.ts'
import { Pill } from '../../kit/labels.tsx'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { type PickItem, PickList } from '../../kit/pick-list.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import type { Translate } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'
import { useMadeWhenIdle } from '../use-made-when-idle.ts'

export interface MetricsPaletteProps {
  readonly onClose: () => void
  readonly onPick: (name: string) => void
}

const METRICS_SHOWN = 150

export function MetricsPalette(props: MetricsPaletteProps): ReactNode {
  const t = useText()
  const [text, setText] = useState('')
  const [type, setType] = useState('')
  const names = useApi<readonly string[]>('label/__name__/values', {})
  const metadata = useApi<Readonly<Record<string, readonly MetricMetadata[]>>>('metadata', {
    limit_per_metric: 1,
  })
  const index = useMemo(
    () => indexMetrics(names.data?.data ?? [], metadata.data?.data ?? {}),
    [names.data, metadata.data],
  )
  useMadeWhenIdle(index.texts)
  const types = useMemo(
    () => [
      { value: '', label: t('explorer.any') },
      ...typesOf(index.metrics).map((value) => ({ value, label: value })),
    ],
    [index, t],
  )
  const { shown, count } = useMemo(
    () => searchMetrics(index, text, type === '' ? undefined : type, METRICS_SHOWN),
    [index, text, type],
  )
  const sections = useMemo(
    () => [{ key: 'all', items: shown.map((metric) => itemOf(metric, t)) }],
    [shown, t],
  )
  return (
    <NativeDialog
      isBare
      title={t('explorer.open')}
      className="palette metrics-palette"
      onClose={props.onClose}
    >
      <PickList
        label={t('palette.metrics')}
        hint={t('explorer.search')}
        text={text}
        sections={sections}
        // What stands first depends on the descriptions too.
        isWaiting={names.isLoading || metadata.isLoading}
        itemClass="metric-item"
        onText={setText}
        onPick={props.onPick}
        bar={
          <div className="metrics-bar">
            {types.length > 2 && (
              <Segmented
                label={t('explorer.type')}
                value={type}
                options={types}
                onChange={setType}
              />
            )}
            <span className="spacer" />
            <span className="hint" aria-live="polite">
              {t('explorer.count', { count })}
            </span>
          </div>
        }
        empty={<Fetched query={names}>{() => <EmptyState title={t('palette.none')} />}</Fetched>}
      />
      {count > shown.length && (
        <p className="hint metrics-cut">{t('explorer.cut', { shown: shown.length, count })}</p>
      )}
    </NativeDialog>
  )
}

function itemOf({ name, type, help }: Metric, t: Translate): PickItem {
  return {
    key: name,
    content: (
      <>
        <code>{name}</code>
        {type !== '' && <Pill>{type}</Pill>}
        <small>{help === '' ? t('explorer.noHelp') : help}</small>
      </>
    ),
  }
}
