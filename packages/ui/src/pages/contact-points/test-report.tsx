import type { ReactNode } from 'react'
import type { TestAnswer } from '../../data/alertmanager-types.ts'
import { Pill } from '../../kit/labels.tsx'
import { useText } from '../../services.tsx'

/** How a test went; where it failed, what the two sides said to each other. */
export function TestReport(props: { answer: TestAnswer }): ReactNode {
  const t = useText()
  return (
    <div className="silence-body" aria-live="polite">
      {props.answer.results.map((result) => (
        <div key={result.integration} className="test-result">
          <p>
            <Pill tone={result.ok ? 'ok' : 'crit'}>
              {t(result.ok ? 'contacts.sent' : 'contacts.failed')}
            </Pill>{' '}
            <b>{result.integration}</b>{' '}
            <span className="hint">
              {t('contacts.took', { ms: Math.round(result.durationMs) })}
            </span>
          </p>
          {result.error !== undefined && (
            <p className="target-error">
              {result.stage !== undefined && <b>{result.stage}: </b>}
              {result.error}
            </p>
          )}
          {result.fix !== undefined && <p>{t('contacts.fix', { text: result.fix })}</p>}
          {result.dialogue.length > 0 && (
            <details open={!result.ok}>
              <summary>{t('contacts.dialogue')}</summary>
              <pre className="dialogue">
                {result.dialogue
                  .map(({ from, text }) => `${from === 'client' ? '→' : '←'} ${text.trimEnd()}`)
                  .join('\n')}
              </pre>
            </details>
          )}
        </div>
      ))}
    </div>
  )
}
