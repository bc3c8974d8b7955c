import type { ReactNode } from 'react'
import type { QueryData } from '../../data/api-types.ts'
import { formatValue } from '../../data/format.ts'
import { filesystemQuery, filesystemsOf } from '../../data/host-queries.ts'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'

const NEARLY_FULL = 0.8
const FULL = 0.92

export function FilesystemPanel(props: { instance: string; everyMs: number }): ReactNode {
  const t = useText()
  const answer = useApi<QueryData>(
    'query',
    { query: filesystemQuery(props.instance) },
    { everyMs: props.everyMs },
  )
  return (
    <section className="card panel">
      <header>
        <h3>{t('overview.filesystems')}</h3>
      </header>
      <Fetched query={answer} loading={<div className="panel-wait" />}>
        {({ data }) => {
          const list = filesystemsOf(data.resultType === 'vector' ? data.result : [])
          if (list.length === 0) return <EmptyState title={t('overview.noData')} />
          return (
            // A list that scrolls must be reachable by the keyboard.
            // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            <ul className="disks" tabIndex={0} aria-label={t('overview.filesystems')}>
              {list.map(({ mountpoint, device, sizeBytes, freeBytes }) => {
                const used = 1 - freeBytes / sizeBytes
                const tone = used >= FULL ? ' is-crit' : used >= NEARLY_FULL ? ' is-warn' : ''
                return (
                  <li key={mountpoint} title={device}>
                    <code>{mountpoint}</code>
                    <b>{formatValue(used, 'ratio')}</b>
                    <i className={`meter${tone}`}>
                      <i style={{ width: `${used * 100}%` }} />
                    </i>
                    <small>
                      {t('overview.freeOf', {
                        free: formatValue(freeBytes, 'bytes'),
                        size: formatValue(sizeBytes, 'bytes'),
                      })}
                    </small>
                  </li>
                )
              })}
            </ul>
          )
        }}
      </Fetched>
    </section>
  )
}
