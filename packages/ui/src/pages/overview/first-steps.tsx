import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { readStored, writeStored } from '../../data/browser.ts'
import { IconButton } from '../../kit/button.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useText } from '../../services.tsx'

const KEY = 'pharos.first-steps'

/** For the first days; whoever hides it does not see it again in this browser. */
export function FirstSteps(): ReactNode {
  const t = useText()
  const [isHidden, setIsHidden] = useState(() => readStored(KEY) === 'hidden')
  if (isHidden) return null
  const hide = () => {
    writeStored(KEY, 'hidden')
    setIsHidden(true)
  }
  return (
    <section className="card guide">
      <header>
        <h2>{t('guide.title')}</h2>
        <IconButton icon="close" label={t('guide.dismiss')} onClick={hide} />
      </header>
      <ol>
        <li>
          <h3>{t('guide.scrapeTitle')}</h3>
          <p>{t('guide.scrapeText')}</p>
          <Link href="/targets">{t('guide.scrapeLink')}</Link>
        </li>
        <li>
          <h3>{t('guide.dashboardTitle')}</h3>
          <p>{t('guide.dashboardText')}</p>
          <Link href="/dashboards">{t('guide.dashboardLink')}</Link>
        </li>
        <li>
          <h3>{t('guide.alertTitle')}</h3>
          <p>{t('guide.alertText')}</p>
          <ForEditors>
            <Link href="/rules/new">{t('guide.alertLink')}</Link>
            {' · '}
          </ForEditors>
          <Link href="/contact-points">{t('guide.contactLink')}</Link>
        </li>
      </ol>
    </section>
  )
}
