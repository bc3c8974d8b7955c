import type { ReactNode } from 'react'
import { IconButton } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { useServices, useSettings, useText } from '../../services.tsx'

export interface TopBarProps {
  readonly onMenu: () => void
  readonly onSearch: () => void
  readonly onHelp: () => void
  readonly bell: ReactNode
}

export function TopBar(props: TopBarProps): ReactNode {
  const t = useText()
  const { settings, commandKey } = useServices()
  const { theme, lang } = useSettings()
  const otherTheme = theme === 'dark' ? 'light' : 'dark'
  const otherLang = lang === 'zh' ? 'en' : 'zh'
  return (
    <header className="top">
      <span className="burger">
        <IconButton icon="menu" label={t('app.menu')} onClick={props.onMenu} />
      </span>
      <button type="button" className="search-button" onClick={props.onSearch}>
        <Icon name="search" size={15} />
        <span>{t('app.search')}</span>
        <kbd>{commandKey} K</kbd>
      </button>
      <span className="spacer" />
      <span className="bell">{props.bell}</span>
      <IconButton icon="keyboard" data-keys label={t('app.shortcuts')} onClick={props.onHelp} />
      <button
        type="button"
        className="language"
        lang={otherLang === 'zh' ? 'zh-CN' : 'en'}
        title={t('app.otherLanguage')}
        onClick={() => settings.change({ lang: otherLang })}
      >
        {otherLang === 'zh' ? '中' : 'EN'}
        <span className="sr-only">{t('app.otherLanguage')}</span>
      </button>
      <IconButton
        icon={theme === 'dark' ? 'sun' : 'moon'}
        label={t(theme === 'dark' ? 'app.themeToLight' : 'app.themeToDark')}
        onClick={() => settings.change({ theme: otherTheme })}
      />
    </header>
  )
}
