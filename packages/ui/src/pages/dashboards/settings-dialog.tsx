import { type Dashboard, type JsonObject, loadDashboard } from '@pharos/dashboards'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useLocation } from 'wouter'
import { saveAsFile } from '../../data/browser.ts'
import { deleteDashboard, fetchVersion, listVersions, slugOf } from '../../data/dashboards-api.ts'
import { lineChanges } from '../../data/line-changes.ts'
import { Button } from '../../kit/button.tsx'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { Tabs } from '../../kit/segmented.tsx'
import { EmptyState, ErrorBox, Fetched } from '../../kit/states.tsx'
import { useServices, useText, useTimeFormat } from '../../services.tsx'
import type { LayerProps } from './layer-props.ts'
import { LineChanges } from './line-changes-view.tsx'
import { readJson } from './read-json.ts'

type Tab = 'general' | 'json' | 'history'

export function SettingsDialog(props: LayerProps): ReactNode {
  const { edits, onClose } = props
  const t = useText()
  const [tab, setTab] = useState<Tab>('general')
  const options: readonly { value: Tab; label: string }[] = [
    { value: 'general', label: t('settings.general') },
    { value: 'json', label: t('settings.json') },
    { value: 'history', label: t('settings.history') },
  ]
  return (
    <NativeDialog title={t('dash.settings')} className="settings-dialog" onClose={onClose}>
      <Tabs
        id="settings"
        label={t('dash.settings')}
        value={tab}
        options={options}
        onChange={setTab}
      />
      <div
        id="settings-panel"
        role="tabpanel"
        aria-labelledby={`settings-${tab}`}
        className="stack"
      >
        {tab === 'general' && <General {...props} />}
        {tab === 'json' && (
          <JsonTab
            // What nobody edited is shown and exported as it is stored, not as it was brought up to be drawn.
            json={edits.isChanged ? edits.dashboard : props.stored.dashboard}
            title={edits.dashboard.title}
            onChange={edits.change}
            onClose={onClose}
          />
        )}
        {tab === 'history' && <History {...props} />}
      </div>
    </NativeDialog>
  )
}

function General({ edits, uid, onClose }: LayerProps): ReactNode {
  const t = useText()
  const { dashboard, change } = edits
  const set = (part: Partial<Dashboard>) => change({ ...dashboard, ...part })
  return (
    <>
      <label>
        {t('dash.title')}
        <input
          className="input"
          value={dashboard.title}
          onChange={(event) => set({ title: event.target.value })}
        />
      </label>
      <label>
        {t('settings.description')}
        <textarea
          className="input"
          rows={2}
          value={dashboard.description ?? ''}
          onChange={(event) => set({ description: event.target.value })}
        />
      </label>
      <label>
        {t('settings.tags')}
        <input
          className="input"
          defaultValue={dashboard.tags.join(', ')}
          onBlur={(event) => {
            const tags = event.target.value
              .split(',')
              .map((tag) => tag.trim())
              .filter(Boolean)
            if (tags.join('\n') !== dashboard.tags.join('\n')) set({ tags })
          }}
        />
      </label>
      <label>
        {t('settings.crosshair')}
        <select
          className="select"
          value={dashboard.graphTooltip}
          onChange={(event) => set({ graphTooltip: Number(event.target.value) as 0 | 1 | 2 })}
        >
          <option value={0}>{t('settings.crosshairNone')}</option>
          <option value={1}>{t('settings.crosshairShared')}</option>
          <option value={2}>{t('settings.tooltipShared')}</option>
        </select>
      </label>
      <label>
        {t('settings.timezone')}
        <select
          className="select"
          value={dashboard.timezone}
          onChange={(event) => set({ timezone: event.target.value })}
        >
          {[...new Set(['', 'browser', 'utc', dashboard.timezone])].map((zone) => (
            <option key={zone} value={zone}>
              {zone === '' ? t('settings.timezoneDefault') : zone}
            </option>
          ))}
        </select>
      </label>
      {uid !== undefined && <Delete uid={uid} title={dashboard.title} onClose={onClose} />}
    </>
  )
}

function Delete(props: { uid: string; title: string; onClose: () => void }): ReactNode {
  const { uid, title, onClose } = props
  const t = useText()
  const { api } = useServices()
  const [, navigate] = useLocation()
  const [error, setError] = useState<unknown>(undefined)
  const remove = () => {
    deleteDashboard(api, uid).then(() => {
      onClose()
      navigate('/dashboards')
    }, setError)
  }
  return (
    <details>
      <summary>{t('settings.delete')}</summary>
      <p>{t('settings.deleteHint', { title })}</p>
      {error !== undefined && <ErrorBox error={error} />}
      <Button icon="trash" onClick={remove}>
        {t('settings.deleteNow')}
      </Button>
    </details>
  )
}

/** The dashboard as text: what no form offers can be changed here. */
function JsonTab(props: {
  json: JsonObject
  title: string
  onChange: (dashboard: Dashboard) => void
  onClose: () => void
}): ReactNode {
  const t = useText()
  const [text, setText] = useState(() => `${JSON.stringify(props.json, undefined, 2)}\n`)
  const [fault, setFault] = useState<string | undefined>(undefined)
  const apply = () => {
    const read = readJson(text)
    if ('fault' in read) {
      setFault(read.fault)
      return
    }
    const { dashboard, problems } = loadDashboard(read.value)
    const [first] = problems
    if (first !== undefined && first.path === '') {
      setFault(first.message)
      return
    }
    props.onChange(dashboard)
    props.onClose()
  }
  return (
    <>
      <textarea
        className="input source"
        aria-label={t('settings.json')}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {fault !== undefined && (
        <p className="field-fault" role="alert">
          {fault}
        </p>
      )}
      <div className="dialog-buttons">
        <Button
          icon="download"
          onClick={() =>
            saveAsFile(`${slugOf(props.title) || 'dashboard'}.json`, text, 'application/json')
          }
        >
          {t('dash.export')}
        </Button>
        <Button kind="primary" onClick={apply}>
          {t('range.apply')}
        </Button>
      </div>
    </>
  )
}

function History({ uid, edits, onClose }: LayerProps): ReactNode {
  const t = useText()
  const { api } = useServices()
  const time = useTimeFormat()
  const [chosen, setChosen] = useState<number | undefined>(undefined)
  const versions = useQuery({
    queryKey: ['versions', uid],
    queryFn: ({ signal }) => listVersions(api, uid ?? '', signal),
    enabled: uid !== undefined,
    retry: false,
  })
  const old = useQuery({
    queryKey: ['version', uid, chosen],
    queryFn: ({ signal }) => fetchVersion(api, uid ?? '', chosen ?? 0, signal),
    enabled: uid !== undefined && chosen !== undefined,
    retry: false,
  })
  if (uid === undefined) return <EmptyState title={t('settings.noHistory')} />
  return (
    <Fetched query={versions}>
      {(list) => (
        <>
          <ul className="version-list">
            {list.map(({ version, created, createdBy, message }) => (
              <li key={version}>
                <button
                  type="button"
                  aria-current={chosen === version ? 'true' : undefined}
                  onClick={() => setChosen(version)}
                >
                  <b>{version}</b> {time.full(Date.parse(created))}{' '}
                  <span className="hint">{createdBy}</span> {message}
                </button>
              </li>
            ))}
          </ul>
          {old.data !== undefined && (
            <>
              <LineChanges
                changes={lineChanges(
                  JSON.stringify(old.data, undefined, 2),
                  JSON.stringify(edits.dashboard, undefined, 2),
                )}
              />
              <div className="dialog-buttons">
                <Button
                  onClick={() => {
                    edits.change({
                      ...loadDashboard(old.data).dashboard,
                      ...(edits.dashboard.version === undefined
                        ? {}
                        : { version: edits.dashboard.version }),
                    })
                    onClose()
                  }}
                >
                  {t('settings.restore')}
                </Button>
              </div>
            </>
          )}
        </>
      )}
    </Fetched>
  )
}
