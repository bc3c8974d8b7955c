export { createDnsDiscoverer } from './dns-discoverer.ts'
