export { createHttpDiscoverer } from './http-discoverer.ts'
