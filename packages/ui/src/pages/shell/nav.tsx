import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { Icon, Logo } from '../../kit/icon.tsx'
import { useServices, useText } from '../../services.tsx'
import { useFiringCount } from '../use-firing-count.ts'
import { pageAt, type PageEntry, type PageModules, navPages } from './routes.ts'

/** The left rail, and the same list inside the phone's drawer. */
export function Nav(props: { modules: PageModules; onGo?: () => void }): ReactNode {
  const t = useText()
  const { isAgent } = useServices()
  const [location] = useLocation()
  const current = pageAt(location)
  const pages = navPages(isAgent)
  const groups = [...new Set(pages.map(({ group }) => group))]
  return (
    <>
      <Link href="/" className="brand" onClick={props.onGo}>
        <Logo />
        <span>{isAgent ? t('nav.agent') : 'Pharos'}</span>
      </Link>
      {groups.map((group) => (
        <div key={group ?? ''} className="nav-group">
          {group !== undefined && <h2>{t(group)}</h2>}
          {pages
            .filter((page) => page.group === group)
            .map((page) => (
              <NavLink
                key={page.title}
                page={page}
                isCurrent={page.title === (current?.within ?? current?.title)}
                {...props}
              />
            ))}
        </div>
      ))}
    </>
  )
}

function NavLink(props: {
  page: PageEntry
  isCurrent: boolean
  modules: PageModules
  onGo?: () => void
}): ReactNode {
  const { page, modules } = props
  const t = useText()
  // Loading before the click takes the wait out of it; a failure shows when the page is opened.
  const preload = () => void modules.load(page).catch(() => undefined)
  return (
    <Link
      href={page.paths[0]}
      title={t(page.title)}
      aria-current={props.isCurrent ? 'page' : undefined}
      onMouseEnter={preload}
      onFocus={preload}
      onClick={props.onGo}
    >
      <Icon name={page.icon} size={17} />
      <span>{t(page.title)}</span>
      {page.countsFiring === true && <FiringBadge />}
    </Link>
  )
}

function FiringBadge(): ReactNode {
  const t = useText()
  const count = useFiringCount()
  if (count === 0) return null
  return (
    <span className="badge">
      <b aria-hidden="true">{count > 999 ? '999+' : count}</b>
      <span className="sr-only">{t('nav.firing', { count })}</span>
    </span>
  )
}
