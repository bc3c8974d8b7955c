export { createConsulDiscoverer } from './consul-discoverer.ts'
