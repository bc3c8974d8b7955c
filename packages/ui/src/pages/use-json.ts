import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import type { Params } from '../data/api.ts'
import { useServices } from '../services.tsx'
import { isWorthRetrying } from './use-api.ts'

/** The JSON of a path without the envelope of `/api/v1`, asked again every so often. */
export function useJson<T>(
  path: string,
  params: Params = {},
  options: { everyMs?: number; enabled?: boolean } = {},
): UseQueryResult<T, unknown> {
  const { api } = useServices()
  return useQuery<T, unknown>({
    queryKey: [path, params],
    queryFn: ({ signal }) => api.read<T>(path, params, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.everyMs ?? false,
    placeholderData: keepPreviousData,
    retry: isWorthRetrying,
  })
}

interface Change {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** Text goes as YAML, anything else as JSON. */
  readonly body?: unknown
}

/** Changes something on the server; whatever was read under `path…` of `touches` is read again. */
export function useChange<T>(touches: readonly string[]): UseMutationResult<T, unknown, Change> {
  const { api } = useServices()
  const queries = useQueryClient()
  return useMutation<T, unknown, Change>({
    mutationFn: ({ method, path, body }) => api.send<T>(method, path, body),
    onSuccess: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => touches.some((start) => String(queryKey[0]).startsWith(start)),
      }),
  })
}
