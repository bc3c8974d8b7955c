import type { ReactNode } from 'react'
import { SearchInput } from '../../kit/search-input.tsx'
import { Pill } from '../../kit/labels.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'

type Features = Readonly<Record<string, Readonly<Record<string, boolean>>>>

/** What clients may ask of this server, group by group. */
export function FeaturesTab(): ReactNode {
  const t = useText()
  const features = useApi<Features>('features', {})
  const [filter, setFilter] = useUrlParam('filter')
  return (
    <>
      <div className="filters">
        <SearchInput label={t('status.filterFeatures')} value={filter} onChange={setFilter} />
      </div>
      <Fetched query={features}>
        {({ data }) => <Groups features={data} filter={filter.trim().toLowerCase()} />}
      </Fetched>
    </>
  )
}

function Groups(props: { features: Features; filter: string }): ReactNode {
  const t = useText()
  const groups = Object.entries(props.features)
    .map(([group, features]) => ({
      group,
      rows: Object.entries(features).filter(([name]) =>
        `${group}.${name}`.toLowerCase().includes(props.filter),
      ),
    }))
    .filter(({ rows }) => rows.length > 0)
  if (groups.length === 0) return <EmptyState icon="search" title={t('status.noFeature')} />
  return (
    <div className="columns is-masonry">
      {groups.map(({ group, rows }) => (
        <section key={group} className="card">
          <h2 className="card-title">{group}</h2>
          <ul className="feature-list">
            {rows.map(([name, isOn]) => (
              <li key={name}>
                <code>{name}</code>
                {isOn ? (
                  <Pill tone="ok">{t('status.featureOn')}</Pill>
                ) : (
                  <Pill>{t('status.featureOff')}</Pill>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
