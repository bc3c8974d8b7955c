import type { NativeHistogram } from '@pharos/model'

export function negatedHistogram(h: NativeHistogram): NativeHistogram {
  return h
}
