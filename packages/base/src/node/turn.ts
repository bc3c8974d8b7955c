/** Resolves in the next turn of the event loop, when all promises that can settle now have settled. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
