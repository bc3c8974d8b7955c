/** Where the caller's memory begins: constants of the module lie below. */
export function heapBase(): usize {
  return __heap_base
}
