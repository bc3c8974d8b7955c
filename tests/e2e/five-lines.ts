import Fastify from 'fastify'
import { service } from '@pharos/kits-http/service'
const app = Fastify()
app.get('/ping', async () => 'pong')
await service(app, { name: 'pinger' })
