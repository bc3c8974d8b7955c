export { createKubernetesDiscoverer } from './kubernetes-discoverer.ts'
