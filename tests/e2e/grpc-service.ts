// A gRPC service as a process that registers itself. Arguments: the registry's URL, id. Its calls answer the id.
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { RpcServer } from '@pharos/kits-grpc'
import { registerService } from '@pharos/registry'

const [endpoint = '', id = '1', proto = ''] = process.argv.slice(2)
const { shop } = loadPackageDefinition(loadSync(proto)) as unknown as {
  shop: { Orders: ServiceClientConstructor }
}
const unused = (): void => {}
const server = new RpcServer({ address: '127.0.0.1:0' })
server.addService(shop.Orders.service, {
  create: async () => ({ text: id }),
  watch: unused,
  collect: unused,
  talk: unused,
})
await server.start()
const port = Number(server.endpoint!.split(':').pop())
const registration = registerService(
  { id, name: 'orders', host: '127.0.0.1', port, leaseTime: 2 },
  { endpoints: [endpoint] },
)
await registration.registered
console.log('registered')
