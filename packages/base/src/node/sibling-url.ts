/**
 * URL of the module `name` beside the calling one: `.ts` in a checkout, `.js` where the caller was compiled
 * to `dist`. `new URL('./worker.ts', …)` would keep its `.ts` through tsc and point nowhere.
 * @param importMetaUrl the caller's `import.meta.url`
 * @param name          file name without extension, may contain a relative folder
 */
export function siblingUrl(importMetaUrl: string, name: string): URL {
  const extension = /\.(?:ts|mts)$/.test(new URL(importMetaUrl).pathname) ? '.ts' : '.js'
  return new URL(`./${name}${extension}`, importMetaUrl)
}
