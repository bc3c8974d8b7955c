// Ctrl-K: finds pages, dashboards, targets, rules and metrics. Lists come from the server once per opening, and are shown in
// this order: what stands first, and so what Enter takes, does not change when a later answer arrives.
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Input } from 'react-aria-components/Input'
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import { useLocation } from 'wouter'
import type { RulesData, TargetsData } from '../../data/api-types.ts'
import { dashboardPath, searchDashboards } from '../../data/dashboards-api.ts'
import { selectorOf } from '../../data/frame.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { bestMatches } from '../../data/search.ts'
import { Icon, type IconName } from '../../kit/icon.tsx'
import { useServices, useSettings, useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'
import { NAV_PAGES } from './routes.ts'

export interface PaletteProps {
  readonly onClose: () => void
}

const METRICS_SHOWN = 40
const OTHERS_SHOWN = 8

export function Palette(props: PaletteProps): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const go = (key: string | number) => {
    const [kind, target] = splitKey(String(key))
    props.onClose()
    if (kind === 'path') navigate(target)
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
  const { sections, areAll } = useOthers(text)
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
              id={`path ${page.paths[0]}`}
              name={t(page.title)}
              icon={page.icon}
            >
              <kbd>g</kbd> <kbd>{page.key}</kbd>
            </Item>
          ))}
        </ListBoxSection>
      )}
      {sections.map(({ title, icon, entries }) =>
        entries.length === 0 ? null : (
          <ListBoxSection key={title} id={title}>
            <Header>{t(title)}</Header>
            {entries.map(({ path, name, hint }) => (
              <Item key={`${path} ${name}`} id={`path ${path}`} name={name} icon={icon}>
                {hint}
              </Item>
            ))}
          </ListBoxSection>
        ),
      )}
      {areAll && metrics.length > 0 && (
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

interface Entry {
  readonly path: string
  readonly name: string
  readonly hint: string
}

interface Section {
  readonly title: TextKey
  readonly icon: IconName
  readonly entries: readonly Entry[]
  readonly isWaiting: boolean
}

/**
 * What is found besides pages and metrics; targets and rules once something is typed. A section waits for those before it.
 * `areAll` is false while one is on its way.
 */
function useOthers(text: string): { sections: readonly Section[]; areAll: boolean } {
  const { api } = useServices()
  const dashboards = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => searchDashboards(api, signal),
  })
  const isTyped = text.trim() !== ''
  const targets = useApi<TargetsData>('targets', { state: 'active' }, { enabled: isTyped })
  const rules = useApi<RulesData>('rules', {}, { enabled: isTyped })
  return useMemo(() => {
    const dashboardEntries = (dashboards.data ?? []).map(({ uid, title, folderTitle }) => ({
      path: dashboardPath(uid, title),
      name: title,
      hint: folderTitle ?? '',
    }))
    const targetEntries = (targets.data?.data.activeTargets ?? []).map(
      ({ labels, scrapePool }) => ({
        path: `/targets?search=${encodeURIComponent(labels['instance'] ?? '')}`,
        name: labels['instance'] ?? '',
        hint: scrapePool,
      }),
    )
    const ruleEntries = (rules.data?.data.groups ?? []).flatMap((group) =>
      group.rules.map(({ name }) => ({
        path: `/rules?search=${encodeURIComponent(name)}`,
        name,
        hint: group.name,
      })),
    )
    const all: readonly Section[] = [
      {
        title: 'nav.dashboards',
        icon: 'grid',
        entries: found(dashboardEntries, text),
        isWaiting: dashboards.isLoading,
      },
      {
        title: 'palette.targets',
        icon: 'target',
        entries: isTyped ? found(targetEntries, text) : [],
        isWaiting: targets.isLoading,
      },
      {
        title: 'palette.rules',
        icon: 'list',
        entries: isTyped ? found(ruleEntries, text) : [],
        isWaiting: rules.isLoading,
      },
    ]
    const end = all.findIndex(({ isWaiting }) => isWaiting)
    return { sections: end < 0 ? all : all.slice(0, end), areAll: end < 0 }
  }, [
    dashboards.data,
    dashboards.isLoading,
    targets.data,
    targets.isLoading,
    rules.data,
    rules.isLoading,
    text,
    isTyped,
  ])
}

/** One entry for each address, those that fit best first. */
function found(entries: readonly Entry[], text: string): Entry[] {
  const byName = new Map(entries.map((entry) => [`${entry.name}\u0000${entry.path}`, entry]))
  return bestMatches([...byName.keys()], text, OTHERS_SHOWN).map((name) => byName.get(name)!)
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
