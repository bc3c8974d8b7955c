// The shop of the third and fifth seeds: `order` answers over HTTP and asks `user` over gRPC, within 200 ms.
import {
  type Client,
  loadPackageDefinition,
  type ServiceClientConstructor,
  status,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import {
  combinedRpc,
  GrpcClientMetrics,
  GrpcServerMetrics,
  rpcClient,
  RpcServer,
  Seed3ClientMetrics,
  Seed3ServerMetrics,
} from '@pharos/kits-grpc'
import { combined, GinMetrics, GoMicroMetrics, HttpMetrics } from '@pharos/kits-http'
import { fastifyMetrics } from '@pharos/kits-http/fastify'
import { type DemoService, type DemoWorld, startDemoService } from './service-page.ts'

const PACKAGE = fromJSON({
  nested: {
    shop: {
      nested: {
        UserRequest: { fields: { id: { type: 'int32', id: 1 } } },
        UserReply: { fields: { id: { type: 'int32', id: 1 }, name: { type: 'string', id: 2 } } },
        Users: {
          methods: {
            Get: { requestType: 'UserRequest', responseType: 'UserReply', comment: '' },
          },
        },
      },
    },
  },
})

const Users = (
  loadPackageDefinition(PACKAGE) as unknown as { shop: { Users: ServiceClientConstructor } }
).shop.Users

interface User {
  readonly id: number
  readonly name: string
}

interface UsersClient extends Client {
  get(
    message: { readonly id: number },
    callback: (
      error: { readonly code: number; readonly details: string } | null,
      user?: User,
    ) => void,
  ): unknown
}

/** Users are numbered up to here; others are not found. */
const USERS = 95
/** Of 100 calls so many fail inside, and so many take longer than a client waits. */
const FAILING = 1
const SLOW = 1

/** Both services; the URL is that of `order`. */
export async function startShop(world: DemoWorld): Promise<DemoService> {
  const user = await startUser(world)
  try {
    const order = await startOrder(world, user.endpoint)
    return {
      url: order.url,
      close: async () => {
        await order.close()
        await user.close()
      },
    }
  } catch (error) {
    await user.close()
    throw error
  }
}

async function startUser(world: DemoWorld): Promise<DemoService & { readonly endpoint: string }> {
  let endpoint = ''
  const service = await startDemoService(world, 'user', async (_app, registry) => {
    const rpc = new RpcServer({
      address: '127.0.0.1:0',
      timeoutMs: 1_000,
      metrics: combinedRpc([new Seed3ServerMetrics(registry), new GrpcServerMetrics(registry)]),
      packageDefinition: PACKAGE,
      onCrash: (path, error) => world.log.debug('a handler failed', { path, err: String(error) }),
    })
    rpc.addService(Users.service, {
      async get(call: { readonly request: { readonly id: number } }): Promise<User> {
        const { id } = call.request
        const drawn = world.random.next() * 100
        await world.clock.sleep(drawn < SLOW ? 300 : world.random.next() * 40)
        if (drawn >= 100 - FAILING) throw new Error('planted: the demo fails now and then')
        if (id > USERS) throw { code: status.NOT_FOUND, details: `user ${id} not found` }
        return { id, name: `user ${id}` }
      },
    })
    endpoint = await rpc.start()
    return () => rpc.stop(1_000)
  })
  return { ...service, endpoint }
}

function startOrder(world: DemoWorld, endpoint: string): Promise<DemoService> {
  return startDemoService(world, 'order', async (app, registry) => {
    fastifyMetrics(
      app,
      combined([
        new HttpMetrics(registry),
        new GinMetrics(registry, { slowTime: 10, duration: [0.1, 0.3, 1.2, 5, 10] }),
      ]),
    )
    const micro = new GoMicroMetrics(registry, { name: 'order', id: 'order-1', version: 'latest' })
    const users = rpcClient<UsersClient>(Users, {
      endpoint,
      metrics: combinedRpc([new Seed3ClientMetrics(registry), new GrpcClientMetrics(registry)]),
    })
    const place = micro.wrap('Order.Place', (id: number) => userOf(users, id))
    app.get('/orders/:user', async (request, reply) => {
      const { user } = request.params as { readonly user: string }
      try {
        return { order: 1, user: await place(Number(user)) }
      } catch (error) {
        const { code } = error as { readonly code?: number }
        const isMissing = code === status.NOT_FOUND
        return reply
          .code(isMissing ? 404 : 502)
          .send({ error: isMissing ? 'no such user' : 'failed' })
      }
    })
    return async () => users.close()
  })
}

function userOf(users: UsersClient, id: number): Promise<User> {
  return new Promise((resolve, reject) =>
    users.get({ id }, (error, user) =>
      error === null && user !== undefined
        ? resolve(user)
        : reject(Object.assign(new Error(error?.details ?? 'no answer'), { code: error?.code })),
    ),
  )
}
