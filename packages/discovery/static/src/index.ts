export { createStaticDiscoverer } from './static-discoverer.ts'
