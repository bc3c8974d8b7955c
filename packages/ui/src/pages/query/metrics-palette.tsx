// The metrics explorer: every metric that the server knows, with its type and what its help says. Loaded when it is
// first opened, because it brings react-aria with it.
import { type ReactNode, useMemo, useState } from 'react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Input } from 'react-aria-components/Input'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import type { MetricMetadata } from '../../data/api-types.ts'
import { type Metric, metricList, searchMetrics, typesOf } from '../../data/metric-list.ts'
import { Pill } from '../../kit/labels.tsx'
import { ScrollRegion } from '../../kit/scroll-region.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useSettings, useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'

export interface MetricsPaletteProps {
  readonly onClose: () => void
  readonly onPick: (name: string) => void
}

const METRICS_SHOWN = 150

export function MetricsPalette(props: MetricsPaletteProps): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const [text, setText] = useState('')
  const [type, setType] = useState('')
  const names = useApi<readonly string[]>('label/__name__/values', {})
  const metadata = useApi<Readonly<Record<string, readonly MetricMetadata[]>>>('metadata', {
    limit_per_metric: 1,
  })
  const metrics = useMemo(
    () => metricList(names.data?.data ?? [], metadata.data?.data ?? {}),
    [names.data, metadata.data],
  )
  const types = useMemo(
    () => [
      { value: '', label: t('explorer.any') },
      ...typesOf(metrics).map((value) => ({ value, label: value })),
    ],
    [metrics, t],
  )
  const found = useMemo(
    () => searchMetrics(metrics, text, type === '' ? undefined : type),
    [metrics, text, type],
  )
  return (
    <I18nProvider locale={lang === 'zh' ? 'zh-CN' : 'en-US'}>
      <ModalOverlay
        isOpen
        isDismissable
        className="palette-overlay"
        onOpenChange={(isOpen) => {
          if (!isOpen) props.onClose()
        }}
      >
        <Modal className="palette metrics-palette">
          <Dialog aria-label={t('explorer.open')}>
            <Autocomplete inputValue={text} onInputChange={setText}>
              <SearchField
                aria-label={t('explorer.search')}
                // A dialog that was opened to type into.
                // oxlint-disable-next-line jsx-a11y/no-autofocus
                autoFocus
              >
                <Input placeholder={t('explorer.search')} />
              </SearchField>
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
                  {t('explorer.count', { count: found.length })}
                </span>
              </div>
              <Fetched query={names}>
                {() => <Found metrics={found} onPick={props.onPick} />}
              </Fetched>
            </Autocomplete>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </I18nProvider>
  )
}

function Found(props: { metrics: readonly Metric[]; onPick: (name: string) => void }): ReactNode {
  const t = useText()
  const { metrics } = props
  const shown = metrics.slice(0, METRICS_SHOWN)
  return (
    <>
      <ScrollRegion className="palette-list" label={t('palette.metrics')}>
        <ListBox
          className="metric-list"
          aria-label={t('explorer.open')}
          onAction={(key) => props.onPick(String(key))}
          renderEmptyState={() => <EmptyState title={t('palette.none')} />}
        >
          {shown.map(({ name, type, help }) => (
            <ListBoxItem key={name} id={name} textValue={name} className="metric-item">
              <code>{name}</code>
              {type !== '' && <Pill>{type}</Pill>}
              <small>{help === '' ? t('explorer.noHelp') : help}</small>
            </ListBoxItem>
          ))}
        </ListBox>
      </ScrollRegion>
      {metrics.length > shown.length && (
        <p className="hint metrics-cut">
          {t('explorer.cut', { shown: shown.length, count: metrics.length })}
        </p>
      )}
    </>
  )
}
