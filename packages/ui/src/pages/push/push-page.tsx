import { type ReactNode, useMemo, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { after } from '../../data/browser.ts'
import { formatAge } from '../../data/format.ts'
import {
  type PushedFamily,
  type PushGroup,
  type PushGroupJson,
  pushGroupsOf,
} from '../../data/push-groups.ts'
import { everyWordIn, wordsOf } from '../../data/search.ts'
import { formatSpan } from '../../data/time.ts'
import { labelText } from '../../data/alert-rules.ts'
import { ApiError } from '../../data/api.ts'
import { Button } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { EmptyState, ErrorBox, Fetched } from '../../kit/states.tsx'
import { useShown } from '../../kit/use-shown.ts'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useServices, useText, useTimeFormat } from '../../services.tsx'
import { useJson } from '../use-json.ts'
import { useUrlParam } from '../use-url-param.ts'

const PATH = 'api/push/v1/metrics'
const REFRESH_MS = 5000
const GROUPS_SHOWN = 50
const METRICS_SHOWN = 20
const UNDO_MS = 5000
/** From then on the age of a group is amber, ms. */
const OLD_MS = 5 * 60_000

interface GroupsAnswer {
  readonly data: readonly PushGroupJson[]
}

/** What jobs have pushed: a card for each group. */
export function PushPage(): ReactNode {
  const t = useText()
  const groups = useJson<GroupsAnswer>(PATH, {}, { everyMs: REFRESH_MS })
  const [text, setText] = useUrlParam('search')
  const isMissing = groups.error instanceof ApiError && groups.error.status === 404
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('push.title')}</h1>
        {groups.data !== undefined && (
          <Pill>{t('push.count', { count: groups.data.data.length })}</Pill>
        )}
        <span className="spacer" />
        <div className="filters">
          <SearchInput label={t('push.filter')} value={text} onChange={setText} />
        </div>
      </div>
      {isMissing ? (
        <EmptyState icon="upload" title={t('push.off')} hint={t('push.offHint')} />
      ) : (
        <Fetched query={groups}>
          {({ data }) => <Groups data={data} text={text} readMs={groups.dataUpdatedAt} />}
        </Fetched>
      )}
    </div>
  )
}

function Groups(props: {
  data: readonly PushGroupJson[]
  text: string
  readMs: number
}): ReactNode {
  const t = useText()
  const deletion = useDeletion()
  const groups = useMemo(() => pushGroupsOf(props.data), [props.data])
  const found = useMemo(() => {
    const words = wordsOf(props.text)
    return groups.filter((group) => everyWordIn(words, searchText(group)))
  }, [groups, props.text])
  const { shown, rest, more } = useShown(found, GROUPS_SHOWN)
  if (groups.length === 0) return <NothingPushed />
  if (found.length === 0) return <EmptyState icon="search" title={t('push.noMatch')} />
  return (
    <div className="alert-rules">
      {deletion.error !== undefined && <ErrorBox error={deletion.error} />}
      {shown.map((group) =>
        deletion.waiting.has(group.path) ? (
          <output key={group.path} className="note is-warn">
            <Icon name="trash" />
            <div>{t('push.deleted', { job: group.labels['job'] ?? '' })}</div>
            <Button onClick={() => deletion.undo(group.path)}>{t('push.undo')}</Button>
          </output>
        ) : (
          <GroupCard
            key={group.path}
            group={group}
            readMs={props.readMs}
            onDelete={() => deletion.start(group.path)}
          />
        ),
      )}
      {rest > 0 && <Button onClick={more}>{t('alerts.more', { count: rest })}</Button>}
    </div>
  )
}

function searchText({ labels, families }: PushGroup): string {
  return `${labelText(labels)} ${families.map(({ name }) => name).join(' ')}`.toLowerCase()
}

interface Deletion {
  readonly waiting: ReadonlySet<string>
  readonly error: unknown
  start(path: string): void
  undo(path: string): void
}

/** A group is deleted some seconds after it was asked for, so that it can be taken back. */
function useDeletion(): Deletion {
  const { api } = useServices()
  const queries = useQueryClient()
  const [waiting, setWaiting] = useState<ReadonlyMap<string, () => void>>(new Map())
  const [error, setError] = useState<unknown>(undefined)
  const without = (path: string) => (map: ReadonlyMap<string, () => void>) =>
    new Map([...map].filter(([key]) => key !== path))
  return {
    waiting: new Set(waiting.keys()),
    error,
    start(path) {
      const cancel = after(UNDO_MS, () => {
        api
          .send('DELETE', `api/push/metrics/${path}`)
          .then(() => queries.invalidateQueries({ queryKey: [PATH] }))
          .catch(setError)
          .finally(() => setWaiting(without(path)))
      })
      setWaiting((map) => new Map(map).set(path, cancel))
    },
    undo(path) {
      waiting.get(path)?.()
      setWaiting(without(path))
    },
  }
}

function GroupCard(props: { group: PushGroup; readMs: number; onDelete: () => void }): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const [isOpen, setOpen] = useState(false)
  const { labels, pushedMs, families, isLastPushTaken, failedMs, ttlSeconds } = props.group
  const ageMs = pushedMs === undefined ? undefined : Math.max(0, props.readMs - pushedMs)
  const count = families.reduce((sum, { metrics }) => sum + metrics.length, 0)
  return (
    <section
      className={`card alert-rule ${isLastPushTaken ? '' : 'is-firing'}`}
      aria-label={t('push.group', { job: labels['job'] ?? '' })}
    >
      <div className="alert-head">
        <h2>
          <button
            type="button"
            className="fold"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? 'down' : 'right'} />
            <span>{labels['job']}</span>
          </button>
        </h2>
        <LabelChips labels={labels} except={['job']} />
        {ageMs !== undefined && (
          <Pill {...(ageMs > OLD_MS ? { tone: 'warn' as const } : {})}>
            <time dateTime={new Date(pushedMs!).toISOString()} title={time.full(pushedMs!)}>
              {t('push.age', { span: formatAge(ageMs / 1000) })}
            </time>
          </Pill>
        )}
        {!isLastPushTaken && (
          <Pill tone="crit">
            {t('push.refused', {
              span: formatAge(Math.max(0, props.readMs - (failedMs ?? props.readMs)) / 1000),
            })}
          </Pill>
        )}
        {ttlSeconds !== undefined && (
          <span className="hint">{t('push.ttl', { span: formatSpan(ttlSeconds) })}</span>
        )}
        <span className="spacer" />
        <span className="hint">{t('push.metrics', { count })}</span>
        <ForEditors>
          <Button icon="trash" onClick={props.onDelete}>
            {t('push.delete')}
          </Button>
        </ForEditors>
      </div>
      {isOpen && (
        <div className="alert-body">
          {families.length === 0 && <p className="hint">{t('push.none')}</p>}
          {families.map((family) => (
            <Family key={family.name} family={family} group={labels} />
          ))}
        </div>
      )}
    </section>
  )
}

function Family(props: { family: PushedFamily; group: PushGroup['labels'] }): ReactNode {
  const t = useText()
  const { name, type, help, metrics } = props.family
  const { shown, rest, more } = useShown(metrics, METRICS_SHOWN)
  const known = Object.keys(props.group).concat('instance')
  const isAlone =
    metrics.length === 1 && Object.keys(metrics[0]!.labels).every((label) => known.includes(label))
  return (
    <div className="push-family">
      <p>
        <b>{name}</b> {isAlone && metrics[0]!.text} <span className="hint">{type}</span>{' '}
        <span className="hint">{help}</span>
      </p>
      <table className="data-table" aria-label={name}>
        <thead className="sr-only">
          <tr>
            <th scope="col">{t('alerts.labels')}</th>
            <th scope="col">{t('alerts.value')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ labels, text }) => (
            <tr key={JSON.stringify(labels)}>
              <td className="wide">
                <LabelChips labels={labels} except={known} />
              </td>
              <td className="num">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <Button onClick={more}>{t('alerts.more', { count: rest })}</Button>}
    </div>
  )
}

function NothingPushed(): ReactNode {
  const t = useText()
  const host = typeof location === 'undefined' ? 'localhost' : location.hostname
  return (
    <EmptyState icon="upload" title={t('push.empty')} hint={t('push.emptyHint')}>
      <pre className="rule-example">{`echo 'backup_done 1' | curl --data-binary @- http://${host}:9091/metrics/job/backup`}</pre>
    </EmptyState>
  )
}
