import type { ReactNode } from 'react'
import type { TextMap } from '../../data/api-types.ts'
import { SearchInput } from '../../kit/search-input.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'

export function FlagsTab(): ReactNode {
  const t = useText()
  const flags = useApi<TextMap>('status/flags', {})
  const [filter, setFilter] = useUrlParam('filter')
  return (
    <section className="card">
      <div className="card-bar">
        <SearchInput label={t('status.filterFlags')} value={filter} onChange={setFilter} />
      </div>
      <Fetched query={flags}>{({ data }) => <FlagTable flags={data} filter={filter} />}</Fetched>
    </section>
  )
}

function FlagTable(props: { flags: TextMap; filter: string }): ReactNode {
  const t = useText()
  const wanted = props.filter.toLowerCase()
  const rows = Object.entries(props.flags)
    .filter(([name, value]) => `--${name}=${value}`.toLowerCase().includes(wanted))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  if (rows.length === 0) return <EmptyState icon="search" title={t('status.noFlag')} />
  return (
    <table className="data-table flag-table">
      <thead>
        <tr>
          <th scope="col">{t('status.name')}</th>
          <th scope="col">{t('status.value')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <td>
              <code>--{name}</code>
            </td>
            <td>
              <code>{String(value)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
