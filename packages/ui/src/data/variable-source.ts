// Where the options of variables come from: the server's own API.
import type { PrometheusData, TimeRange, VariableSource } from '@pharos/dashboards'
import type { Api } from './api.ts'

export function variableSource(api: Api): VariableSource {
  const times = ({ fromMs, toMs }: TimeRange) => ({
    start: Math.floor(fromMs / 1000),
    end: Math.ceil(toMs / 1000),
  })
  return {
    async labelNames(matchers, range) {
      const { data } = await api.get<string[]>('labels', { 'match[]': matchers, ...times(range) })
      return data
    },
    async labelValues(label, matchers, range) {
      const path = `label/${encodeURIComponent(label)}/values`
      const { data } = await api.get<string[]>(path, { 'match[]': matchers, ...times(range) })
      return data
    },
    async query(expr, range) {
      const { data } = await api.get<PrometheusData>('query', {
        query: expr,
        time: Math.floor(range.toMs / 1000),
      })
      return data
    },
    async series(matcher, range) {
      const { data } = await api.get<Readonly<Record<string, string>>[]>('series', {
        'match[]': [matcher],
        ...times(range),
      })
      return data
    },
  }
}
