import { useLocation, useSearch } from 'wouter'

/** One parameter of the address, as a value. Changes replace the entry in the history: typing is no navigation. */
export function useUrlParam(name: string): [string, (value: string) => void] {
  const search = useSearch()
  const [path, navigate] = useLocation()
  const params = new URLSearchParams(search)
  return [
    params.get(name) ?? '',
    (value) => {
      if (value === '') params.delete(name)
      else params.set(name, value)
      const text = params.toString()
      navigate(text === '' ? path : `${path}?${text}`, { replace: true })
    },
  ]
}
