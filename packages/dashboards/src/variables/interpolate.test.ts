import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadDashboard } from '../load-dashboard.ts'
import { escapeFor, quoteAt, referencesIn, replaceReferences } from './interpolate.ts'
import { Variables } from './variables.ts'

const names = fc.stringMatching(/^[a-z]\w{0,8}$/)
const plain = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[$[]/g, '-'))

test('a text without references stays as it is, and one that nobody fills in too', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      expect(replaceReferences(text, () => undefined)).toBe(text)
    }),
  )
})

test('each way to write a reference is the same reference', () => {
  fc.assert(
    fc.property(plain, names, plain, fc.string(), (before, name, after, value) => {
      const separated = `.${after}`
      const fill = (reference: { name: string }) => (reference.name === name ? value : undefined)
      for (const reference of [`$${name}`, `\${${name}}`, `[[${name}]]`, `\${${name}:raw}`])
        expect(replaceReferences(before + reference + separated, fill)).toBe(
          before + value + separated,
        )
    }),
  )
})

test('what is filled in is not looked at again', () => {
  expect(replaceReferences('$a $b', ({ name }) => (name === 'a' ? '$b' : 'x'))).toBe('$b x')
  expect(referencesIn('${a.b:csv} [[c:pipe]] $d')).toMatchObject([
    { name: 'a', path: 'b', format: 'csv' },
    { name: 'c', format: 'pipe' },
    { name: 'd', format: '' },
  ])
})

test('a value never leaves the string of a query that it is filled into', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('"', "'"),
      fc.boolean(),
      (value, quote, isList) => {
        const { dashboard } = loadDashboard({
          title: 'x',
          panels: [],
          templating: {
            list: [
              {
                type: 'custom',
                name: 'v',
                multi: isList,
                query: '',
                current: { text: isList ? [value] : value, value: isList ? [value] : value },
              },
            ],
          },
        })
        const range = { fromMs: 0, toMs: 1000 }
        const filled = Variables.of(dashboard).interpolateQuery(`up{a=~${quote}$v${quote}} + b`, {
          range,
          stepMs: 1000,
        })
        // The rest stands outside of every string, whatever the value holds.
        expect(filled.endsWith(`${quote}} + b`)).toBe(true)
        expect(quoteAt(filled, filled.length - 3)).toBe('')
      },
    ),
  )
})

test('escaped texts end where their quote does', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.constantFrom('"', "'"), (text, quote) => {
      const inside = quote + escapeFor(quote, text)
      expect(quoteAt(inside, inside.length)).toBe(quote)
    }),
  )
})
