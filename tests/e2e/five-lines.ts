import express from 'express'
import { service } from '@pharos/kits-http/service'
const app = express()
app.get('/ping', (_request, response) => void response.send('pong'))
await service(app, { name: 'pinger' })
