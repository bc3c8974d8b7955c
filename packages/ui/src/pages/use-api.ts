import {
  type FetchQueryOptions,
  keepPreviousData,
  type QueryFunction,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query'
import { type Answer, ApiError, type Params } from '../data/api.ts'
import { useServices } from '../services.tsx'

interface UseApiOptions {
  /** Asks again after so many ms while the page is visible. */
  readonly everyMs?: number
  readonly enabled?: boolean
  /** Parts of the key besides path and parameters, such as the moment of "Execute". */
  readonly key?: readonly unknown[]
}

/** A question that can be asked by a component, or before there is one. */
export interface AskedQuery<T> extends Pick<
  FetchQueryOptions<T, unknown>,
  'queryKey' | 'retry' | 'staleTime'
> {
  readonly queryFn: QueryFunction<T>
}

const RETRIES_MAX = 1
/** How often a server that is away is looked for. */
const RETRY_MS = 5000

/** One API path as a live value. The old data stay while new ones are on their way. */
export function useApi<T>(
  path: string,
  params: Params,
  options: UseApiOptions = {},
): UseQueryResult<Answer<T>, unknown> {
  const { api } = useServices()
  return useQuery<Answer<T>, unknown>({
    queryKey: [path, params, ...(options.key ?? [])],
    queryFn: ({ signal }) => api.get<T>(path, params, signal),
    retry: isWorthRetrying,
    enabled: options.enabled ?? true,
    refetchInterval: ({ state }) =>
      isUnreachable(state.error) ? RETRY_MS : (options.everyMs ?? false),
    placeholderData: keepPreviousData,
  })
}

/** A refused request is refused again; only a server that was not there may be there the next time. */
export function isWorthRetrying(failures: number, error: unknown): boolean {
  return failures < RETRIES_MAX && isUnreachable(error)
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.kind === 'network'
}
