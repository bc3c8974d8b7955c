// A plain client of the HTTP API, the same for Prometheus and for Pharos.

export interface Answer {
  readonly status: string
  readonly errorType?: string
  readonly error?: string
  readonly data?: { readonly resultType: string; readonly result: readonly Sample[] }
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

export async function instant(base: string, query: string, timeSeconds: number): Promise<Answer> {
  return api(base, 'query', { query, time: String(timeSeconds) })
}

export async function range(
  base: string,
  query: string,
  start: number,
  end: number,
  step: number,
): Promise<Answer> {
  return api(base, 'query_range', {
    query,
    start: String(start),
    end: String(end),
    step: String(step),
  })
}

export async function api(
  base: string,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await fetch(`${base}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return (await answer.json()) as Answer
}

/** Differences between two answers: types, labels and times exactly, values to `tolerance` relative. */
export function differences(a: Answer, b: Answer, tolerance: number): string[] {
  if (a.status !== b.status)
    return [`status ${a.status} against ${b.status}: ${a.error ?? ''} ${b.error ?? ''}`]
  if (a.data === undefined || b.data === undefined) return []
  if (a.data.resultType !== b.data.resultType)
    return [`type ${a.data.resultType} against ${b.data.resultType}`]
  if (!Array.isArray(a.data.result) || a.data.resultType === 'scalar') {
    return points(
      a.data.result as unknown as [number, string],
      b.data.result as unknown as [number, string],
      tolerance,
    )
  }
  const left = byLabels(a.data.result)
  const right = byLabels(b.data.result)
  const missing = [...left.keys()]
    .filter((key) => !right.has(key))
    .map((key) => `only left: ${key}`)
  const extra = [...right.keys()].filter((key) => !left.has(key)).map((key) => `only right: ${key}`)
  const unequal = [...left].flatMap(([key, one]) => {
    const other = right.get(key)
    return other === undefined
      ? []
      : seriesDifferences(one, other, tolerance).map((text) => `${key}: ${text}`)
  })
  return [...missing, ...extra, ...unequal]
}

function byLabels(result: readonly Sample[]): Map<string, Sample> {
  return new Map(
    result.map((one) => [
      JSON.stringify(Object.entries(one.metric).sort(([x], [y]) => (x < y ? -1 : 1))),
      one,
    ]),
  )
}

function seriesDifferences(a: Sample, b: Sample, tolerance: number): string[] {
  const left = a.values ?? [a.value!]
  const right = b.values ?? [b.value!]
  if (left.length !== right.length) return [`${left.length} points against ${right.length}`]
  return left.flatMap((point, i) => points(point, right[i]!, tolerance)).slice(0, 3)
}

function points(
  a: readonly [number, string],
  b: readonly [number, string],
  tolerance: number,
): string[] {
  if (a[0] !== b[0]) return [`time ${a[0]} against ${b[0]}`]
  if (a[1] === b[1]) return []
  const x = Number(a[1])
  const y = Number(b[1])
  const close = Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y))
  return close ? [] : [`at ${a[0]}: ${a[1]} against ${b[1]}`]
}
