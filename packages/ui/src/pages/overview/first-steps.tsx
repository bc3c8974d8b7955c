import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { readStored, writeStored } from '../../data/browser.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { IconButton } from '../../kit/button.tsx'
import { useText } from '../../services.tsx'

const KEY = 'pharos.first-steps'
const CPU_USE = 'avg by (mode) (rate(node_cpu_seconds_total{mode!="idle"}[1m]))'

/** For the first days; whoever hides it does not see it again in this browser. */
export function FirstSteps(): ReactNode {
  const t = useText()
  const [isHidden, setIsHidden] = useState(() => readStored(KEY) === 'hidden')
  if (isHidden) return null
  const hide = () => {
    writeStored(KEY, 'hidden')
    setIsHidden(true)
  }
  const query = `/query?${writeQueryLink([{ ...NEW_PANEL, expr: CPU_USE, display: 'stacked' }])}`
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
          <h3>{t('guide.queryTitle')}</h3>
          <p>{t('guide.queryText')}</p>
          <Link href={query}>{t('guide.queryLink')}</Link>
        </li>
        <li>
          <h3>{t('guide.shareTitle')}</h3>
          <p>{t('guide.shareText')}</p>
          <Link href="/config">{t('guide.shareLink')}</Link>
        </li>
      </ol>
    </section>
  )
}
