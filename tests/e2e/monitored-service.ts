// The seed's service as a process: /ping, /metrics, and its registration. Arguments: the registry's URL, name, id.
import { createServer } from 'node:http'
import { Counter, metricsHandler, Registry } from '@pharos/client'
import { registerService } from '@pharos/registry'

const [endpoint = '', name = 'monitor', id = '1'] = process.argv.slice(2)
const metrics = new Registry()
const pings = new Counter({ name: 'pings_total', help: 'Pings answered', registers: [metrics] })
pings.inc(3)
const expose = metricsHandler(metrics)
const server = createServer((request, response) => {
  if (request.url === '/metrics') {
    expose(request, response)
    return
  }
  response.setHeader('Content-Type', 'application/json')
  response.end('{"message":"pong"}')
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
const registration = registerService(
  {
    id,
    name,
    host: '127.0.0.1',
    port,
    leaseTime: 5,
    routes: [
      { path: '/metrics', method: 'GET' },
      { path: '/ping', method: 'GET' },
    ],
  },
  { endpoints: [endpoint], language: 'zh' },
)
process.on('SIGTERM', () => {
  void registration.close().then(() => process.exit(0))
})
console.log(`port ${port}`)
