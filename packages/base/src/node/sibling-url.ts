/**
 * URL of the module `name` beside the calling one: `.ts` in a checkout, `.js` where the caller was compiled, `.cjs` in
 * the bundle. `new URL('./seal.worker.ts', …)` would point nowhere in the latter two. A thread's module is named
 * `*.worker.ts`: the bundle puts those beside itself.
 * @param importMetaUrl the caller's `import.meta.url`
 * @param name          file name without extension, such as `seal.worker`
 */
export function siblingUrl(importMetaUrl: string, name: string): URL {
  const extension = /\.[a-z]+$/.exec(new URL(importMetaUrl).pathname)?.[0] ?? '.js'
  return new URL(`./${name}${extension}`, importMetaUrl)
}
