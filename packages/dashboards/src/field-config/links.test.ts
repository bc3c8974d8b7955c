import { expect, test } from 'vitest'
import { loadCurrent } from '../load-current.ts'
import { Variables } from '../variables/variables.ts'
import { applyFieldConfig, linksOf } from './apply-field-config.ts'

const { dashboard } = loadCurrent({ title: 't', panels: [], schemaVersion: 41 })

/** Where a link leads from a value of a series whose label `job` is that text. */
function led(url: string, job: string): string[] {
  const variables = Variables.of(dashboard, { dataSources: [] })
  const field = {
    name: 'Value',
    type: 'number' as const,
    values: Float64Array.of(1.5),
    labels: { job },
    config: {},
  }
  const fieldConfig = { defaults: { links: [{ title: '', url }] }, overrides: [] }
  const [frame] = applyFieldConfig([{ fields: [field], length: 1 }], {
    fieldConfig,
    theme: { palette: ['#000000'], colorOf: () => '#000000' },
  })
  return linksOf(frame!.fields[0]!, frame!, 0, 1.5, variables, {}).map((link) => link.url)
}

test.each([
  ['/d/x?var-job=${__field.labels.job}', 'a&b=c #/é', '/d/x?var-job=a%26b%3Dc%20%23%2F%C3%A9'],
  ['/d/x?var-job=${__field.labels["job"]}', 'a b', '/d/x?var-job=a%20b'],
  ['/d/x?var-job=${__field.labels.job:raw}', 'a&b', '/d/x?var-job=a&b'],
  ['/d/x?v=${__value.raw}&n=${__data.fields.Value}', 'a', '/d/x?v=1.5&n=1.50'],
  // What begins the link may be all of it.
  ['${__field.labels.job}', 'https://a.example/?b=c&d', 'https://a.example/?b=c&d'],
])('%s of %s leads to %s', (url, job, href) => {
  expect(led(url, job)).toEqual([href])
})

test('a link that would run a script is none', () => {
  expect(led('${__field.labels.job}', 'javascript:alert(1)')).toEqual([])
})
