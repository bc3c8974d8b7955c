export { createNacosDiscoverer } from './nacos-discoverer.ts'
