import type { AnnotationQuery } from '@pharos/dashboards'

/** The annotations that are asked for: queries of our own that are switched on. */
export function askedAnnotations(list: readonly AnnotationQuery[]): AnnotationQuery[] {
  return list.filter(
    ({ enable, expr, builtIn }) =>
      enable && typeof expr === 'string' && expr.trim() !== '' && builtIn !== 1,
  )
}
