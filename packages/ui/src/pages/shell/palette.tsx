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
import { selectorOf } from '../../data/frame.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { bestMatches } from '../../data/search.ts'
import { Icon, type IconName } from '../../kit/icon.tsx'
import { useSettings, useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { NAV_PAGES } from './routes.ts'

export interface PaletteProps {
  readonly onClose: () => void
}

const METRICS_SHOWN = 40

export function Palette(props: PaletteProps): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const go = (key: string | number) => {
    const [kind, target] = splitKey(String(key))
    props.onClose()
    if (kind === 'page') navigate(target)
    else navigate(`/query?${writeQueryLink([{ ...NEW_PANEL, expr: selectorOf(target) }])}`)
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
              <Found text={text} onAction={go} />
            </Autocomplete>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </I18nProvider>
  )
}

function splitKey(key: string): [string, string] {
  const at = key.indexOf(' ')
  return [key.slice(0, at), key.slice(at + 1)]
}

function Found(props: { text: string; onAction: (key: string | number) => void }): ReactNode {
  const { text } = props
  const t = useText()
  const names = useApi<readonly string[]>('label/__name__/values', {})
  const metadata = useApi<Readonly<Record<string, readonly { help: string }[]>>>('metadata', {
    limit_per_metric: 1,
  })
  const pages = NAV_PAGES.filter(
    (page) => bestMatches([t(page.title), page.paths[0]], text, 1).length > 0,
  )
  const metrics = useMemo(
    () => (text.trim() === '' ? [] : bestMatches(names.data?.data ?? [], text, METRICS_SHOWN)),
    [names.data, text],
  )
  return (
    <ListBox
      className="palette-list"
      aria-label={t('palette.title')}
      onAction={props.onAction}
      renderEmptyState={() => <div className="empty">{t('palette.none')}</div>}
    >
      {pages.length > 0 && (
        <ListBoxSection>
          <Header>{t('palette.pages')}</Header>
          {pages.map((page) => (
            <Item
              key={page.title}
              id={`page ${page.paths[0]}`}
              name={t(page.title)}
              icon={page.icon}
            >
              <kbd>g</kbd> <kbd>{page.key}</kbd>
            </Item>
          ))}
        </ListBoxSection>
      )}
      {metrics.length > 0 && (
        <ListBoxSection>
          <Header>{t('palette.metrics')}</Header>
          {metrics.map((name) => (
            <Item key={name} id={`metric ${name}`} name={name} icon="chart">
              {metadata.data?.data[name]?.[0]?.help}
            </Item>
          ))}
        </ListBoxSection>
      )}
    </ListBox>
  )
}

function Item(props: { id: string; name: string; icon: IconName; children: ReactNode }): ReactNode {
  return (
    <ListBoxItem id={props.id} textValue={props.name} className="palette-item">
      <Icon name={props.icon} />
      <span>{props.name}</span>
      <small>{props.children}</small>
    </ListBoxItem>
  )
}
