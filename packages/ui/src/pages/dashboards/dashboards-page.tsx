import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { type DashboardGroup, dashboardGroups, tagCounts } from '../../data/dashboard-groups.ts'
import { dashboardPath, type DashboardHit, searchDashboards } from '../../data/dashboards-api.ts'
import { starredDashboards, withStar } from '../../data/starred.ts'
import { Button } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useServices, useText } from '../../services.tsx'
import { useUrlParam } from '../use-url-param.ts'

const REFRESH_MS = 30_000
const TAGS_SHOWN = 14

export function DashboardsPage(): ReactNode {
  const t = useText()
  const { api } = useServices()
  const [, navigate] = useLocation()
  const hits = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => searchDashboards(api, signal),
    refetchInterval: REFRESH_MS,
  })
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('nav.dashboards')}</h1>
        <span className="spacer" />
        <ForEditors>
          <Button icon="upload" onClick={() => navigate('/dashboard/import')}>
            {t('dash.import')}
          </Button>
          <Button icon="plus" kind="primary" onClick={() => navigate('/dashboard/new')}>
            {t('dash.new')}
          </Button>
        </ForEditors>
      </div>
      <Fetched query={hits}>{(all) => <DashboardList hits={all} />}</Fetched>
    </div>
  )
}

function DashboardList({ hits }: { hits: readonly DashboardHit[] }): ReactNode {
  const t = useText()
  const [text, setText] = useUrlParam('q')
  const [tag, setTag] = useUrlParam('tag')
  const [starred, setStarred] = useState(starredDashboards)
  const groups = useMemo(
    () => dashboardGroups(hits, text, tag, starred),
    [hits, text, tag, starred],
  )
  const tags = useMemo(() => tagCounts(hits).slice(0, TAGS_SHOWN), [hits])
  if (hits.length === 0)
    return (
      <EmptyState icon="grid" title={t('dash.none')} hint={t('dash.noneHint')}>
        <ForEditors>
          <Link href="/dashboard/import" className="btn is-primary">
            {t('dash.import')}
          </Link>
        </ForEditors>
      </EmptyState>
    )
  return (
    <>
      <div className="filters">
        <SearchInput label={t('dash.filter')} value={text} onChange={setText} />
        <section className="tag-row" aria-label={t('dash.tags')}>
          {tags.map(([name, count]) => (
            <button
              key={name}
              type="button"
              className="tag"
              aria-pressed={tag === name}
              onClick={() => setTag(tag === name ? '' : name)}
            >
              {name} <small>{count}</small>
            </button>
          ))}
        </section>
      </div>
      {groups.length === 0 && <EmptyState icon="search" title={t('dash.noMatch')} />}
      {groups.map((group) => (
        <Group
          key={group.title ?? group.kind}
          group={group}
          starred={starred}
          onStar={(uid, isStarred) => setStarred(withStar(starred, uid, isStarred))}
        />
      ))}
    </>
  )
}

function Group(props: {
  group: DashboardGroup
  starred: ReadonlySet<string>
  onStar: (uid: string, isStarred: boolean) => void
}): ReactNode {
  const { group, starred, onStar } = props
  const t = useText()
  const title = group.kind === 'starred' ? t('dash.starred') : (group.title ?? t('dash.general'))
  return (
    <section className="dash-folder">
      <h2>
        <Icon name={group.kind === 'starred' ? 'star' : 'folder'} size={15} />
        {title} <small>{group.hits.length}</small>
      </h2>
      <ul className="card dash-list">
        {group.hits.map(({ uid, title: name, tags, folderTitle }) => (
          <li key={uid}>
            <button
              type="button"
              className="icon-btn star"
              aria-pressed={starred.has(uid)}
              aria-label={t('dash.star', { title: name })}
              title={t('dash.star', { title: name })}
              onClick={() => onStar(uid, !starred.has(uid))}
            >
              <Icon name="star" size={15} />
            </button>
            <Link href={dashboardPath(uid, name)}>{name}</Link>
            {group.kind === 'starred' && folderTitle !== undefined && (
              <span className="hint">{folderTitle}</span>
            )}
            <span className="spacer" />
            {tags.map((tag) => (
              <span key={tag} className="pill">
                {tag}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}
