import type { ReactNode } from 'react'
import { CopyButton } from '../../kit/copy-button.tsx'
import { ScrollRegion } from '../../kit/scroll-region.tsx'
import { Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'

export function ConfigTab(): ReactNode {
  const t = useText()
  const config = useApi<{ readonly yaml: string }>('status/config', {})
  return (
    <section className="card">
      <div className="card-bar">
        <span className="hint">{t('status.configHint')}</span>
        <span className="spacer" />
        <CopyButton text={() => config.data?.data.yaml ?? ''} />
      </div>
      <Fetched query={config}>
        {({ data }) => (
          <ScrollRegion className="yaml" label={t('status.config')}>
            <pre>
              {data.yaml.split('\n').map((line, index) => (
                <YamlLine key={`${index}:${line}`} line={line} />
              ))}
            </pre>
          </ScrollRegion>
        )}
      </Fetched>
    </section>
  )
}

/** Colours the key of a line; the text itself is untouched. */
function YamlLine(props: { line: string }): ReactNode {
  const match = /^(\s*(?:- )?)([\w.-]+)(:)( .*)?$/.exec(props.line)
  if (match === null) return `${props.line}\n`
  return (
    <>
      {match[1]}
      <i>{match[2]}</i>
      {match[3]}
      <em>{match[4]}</em>
      {'\n'}
    </>
  )
}
