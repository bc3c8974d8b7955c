import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useLocation } from 'wouter'
import { addPanelPath } from '../../data/dashboard-link.ts'
import { dashboardPath, searchDashboards } from '../../data/dashboards-api.ts'
import { bestMatches } from '../../data/search.ts'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import { Button } from '../../kit/button.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { Fetched } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'

export interface DashboardPopoverProps extends PopoverContentProps {
  readonly expr: string
}

const SHOWN_MAX = 12

/** Which dashboard a query goes to. */
export function DashboardPopover(props: DashboardPopoverProps): ReactNode {
  const { expr } = props
  const t = useText()
  const { api } = useServices()
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const hits = useQuery({
    queryKey: ['dashboards'],
    queryFn: ({ signal }) => searchDashboards(api, signal),
  })
  const go = (path: string) => {
    props.onClose()
    navigate(addPanelPath(path, expr))
  }
  return (
    <AnchoredPopover title={t('query.toDashboard')} className="dashboard-popover" {...props}>
      <p className="hint">{t('query.toDashboardHint')}</p>
      <Button kind="primary" icon="plus" onClick={() => go('/dashboard/new')}>
        {t('query.newDashboard')}
      </Button>
      <SearchInput label={t('query.findDashboard')} value={text} onChange={setText} />
      <Fetched query={hits}>
        {(all) => {
          const fitting = new Set(
            bestMatches(
              all.map(({ title }) => title),
              text,
              SHOWN_MAX,
            ),
          )
          return (
            <ul>
              {all
                .filter(({ title }) => fitting.has(title))
                .slice(0, SHOWN_MAX)
                .map(({ uid, title, folderTitle }) => (
                  <li key={uid}>
                    <button type="button" onClick={() => go(dashboardPath(uid, title))}>
                      {title} <small className="hint">{folderTitle}</small>
                    </button>
                  </li>
                ))}
            </ul>
          )
        }}
      </Fetched>
    </AnchoredPopover>
  )
}
