export { createDockerDiscoverer } from './docker-discoverer.ts'
export { createSwarmDiscoverer } from './swarm-discoverer.ts'
