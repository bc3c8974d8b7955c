// Ctrl-K: finds pages and metrics. Metrics come from the server once per opening.
import { type ReactNode, useMemo, useState } from 'react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Input } from 'react-aria-components/Input'
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import { useLocation } from 'wouter'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { bestMatches } from '../../data/search.ts'
import { Icon } from '../../kit/icon.tsx'
import { useSettings, useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { PAGES } from './routes.ts'

export interface PaletteProps {
  readonly onClose: () => void
}

const METRICS_SHOWN = 40

export function Palette(props: PaletteProps): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const names = useApi<readonly string[]>('label/__name__/values', {})
  const metadata = useApi<Readonly<Record<string, readonly { help: string }[]>>>('metadata', {
    limit_per_metric: 1,
  })
  const pages = PAGES.filter(
    (page) => bestMatches([t(page.title), page.paths[0]], text, 1).length > 0,
  )
  const metrics = useMemo(
    () => (text.trim() === '' ? [] : bestMatches(names.data?.data ?? [], text, METRICS_SHOWN)),
    [names.data, text],
  )
  const go = (key: string | number) => {
    const target = String(key)
    props.onClose()
    navigate(
      target.startsWith('/')
        ? target
        : `/query?${writeQueryLink([{ ...NEW_PANEL, expr: target }])}`,
    )
  }
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
        <Modal className="palette">
          <Dialog aria-label={t('palette.title')}>
            <Autocomplete inputValue={text} onInputChange={setText}>
              <SearchField
                aria-label={t('app.search')}
                // A dialog that was opened to type into.
                // oxlint-disable-next-line jsx-a11y/no-autofocus
                autoFocus
              >
                <Input placeholder={t('app.search')} />
              </SearchField>
              <ListBox
                className="palette-list"
                aria-label={t('palette.title')}
                onAction={go}
                renderEmptyState={() => <div className="empty">{t('palette.none')}</div>}
              >
                {pages.length > 0 && (
                  <ListBoxSection>
                    <Header>{t('palette.pages')}</Header>
                    {pages.map((page) => (
                      <ListBoxItem
                        key={page.title}
                        id={page.paths[0]}
                        textValue={t(page.title)}
                        className="palette-item"
                      >
                        <Icon name={page.icon} />
                        <span>{t(page.title)}</span>
                        <small>
                          <kbd>g</kbd> <kbd>{page.key}</kbd>
                        </small>
                      </ListBoxItem>
                    ))}
                  </ListBoxSection>
                )}
                {metrics.length > 0 && (
                  <ListBoxSection>
                    <Header>{t('palette.metrics')}</Header>
                    {metrics.map((name) => (
                      <ListBoxItem key={name} id={name} textValue={name} className="palette-item">
                        <Icon name="chart" />
                        <span>{name}</span>
                        <small>{metadata.data?.data[name]?.[0]?.help}</small>
                      </ListBoxItem>
                    ))}
                  </ListBoxSection>
                )}
              </ListBox>
            </Autocomplete>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </I18nProvider>
  )
}
