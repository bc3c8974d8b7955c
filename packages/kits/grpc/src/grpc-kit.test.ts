import {
  type CallOptions,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientWritableStream,
  credentials,
  loadPackageDefinition,
  type Metadata,
  type ServiceClientConstructor,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import { loadSync, type PackageDefinition } from '@grpc/proto-loader'
import { Registry } from '@pharos/client'
import { service as healthService } from 'grpc-health-check'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { connectMetrics } from './connect.ts'
import {
  GrpcClientMetrics,
  GrpcServerMetrics,
  Seed3ClientMetrics,
  Seed3ServerMetrics,
} from './presets.ts'
import { metadataService } from './metadata-service.ts'
import type { Handler } from './recovery.ts'
import { rpcClient } from './rpc-client.ts'
import type { RpcMetrics } from './rpc-metrics.ts'
import { RpcServer, type RpcServerOptions } from './rpc-server.ts'

interface Text {
  readonly text: string
}
type Answer<T> = (error: { code: number; details: string } | null, value?: T) => void

interface OrdersClient extends Client {
  create(message: Text, callback: Answer<Text>): unknown
  create(message: Text, options: CallOptions, callback: Answer<Text>): unknown
  watch(message: { number: number }): ClientReadableStream<Text>
  collect(callback: Answer<{ number: number }>): ClientWritableStream<Text>
  talk(): ClientDuplexStream<Text, Text>
}

const definition: PackageDefinition = loadSync(
  fileURLToPath(new URL('testdata/shop.proto', import.meta.url)),
)
const Orders = (
  loadPackageDefinition(definition) as unknown as { shop: { Orders: ServiceClientConstructor } }
).shop.Orders

interface ServerCall {
  readonly request: { readonly text: string; readonly number: number }
  readonly metadata: Metadata
  write(message: Text): void
  end(): void
  on(event: 'data', listener: (message: Text) => void): void
  on(event: 'end', listener: () => void): void
}

const never = Promise.withResolvers<never>().promise

const HANDLERS: Readonly<Record<string, Handler>> = {
  async create(call: ServerCall) {
    const { text } = call.request
    if (text === 'crash') throw new Error('planted')
    if (text === 'missing') throw { code: status.NOT_FOUND, details: 'no such order' }
    if (text === 'never') await never
    return { text: `${text}!` }
  },
  watch(call: ServerCall) {
    if (call.request.number < 0) throw new Error('planted')
    for (let i = 0; i < call.request.number; i++) call.write({ text: String(i) })
    call.end()
  },
  collect(call: ServerCall, callback) {
    let number = 0
    call.on('data', () => number++)
    call.on('end', () => callback(null, { number }))
  },
  talk(call: ServerCall) {
    call.on('data', (message) => call.write(message))
    call.on('end', () => call.end())
  },
}

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function started(options: RpcServerOptions = {}): Promise<RpcServer> {
  const server = new RpcServer({ address: '127.0.0.1:0', onCrash: () => {}, ...options })
  server.addService(Orders.service, HANDLERS)
  await server.start()
  closing.push(() => server.stop(100))
  return server
}

/** Without a limit of time unless one is asked for: a busy machine takes longer than the usual 200 ms. */
function client(server: RpcServer, metrics?: RpcMetrics, timeoutMs = 0): OrdersClient {
  const made = rpcClient<OrdersClient>(Orders, {
    endpoint: server.endpoint!,
    timeoutMs,
    ...(metrics !== undefined && { metrics }),
  })
  closing.push(() => made.close())
  return made
}

async function create(
  orders: OrdersClient,
  text: string,
  options: CallOptions = {},
): Promise<string | number> {
  return new Promise((resolve) =>
    orders.create({ text }, options, (error, value) => resolve(error?.code ?? value!.text)),
  )
}

async function watch(orders: OrdersClient, number: number): Promise<(string | number)[]> {
  const seen: (string | number)[] = []
  const stream = orders.watch({ number })
  stream.on('data', (message: Text) => seen.push(message.text))
  await new Promise<void>((resolve) => {
    stream.once('error', (error: { code?: number }) => {
      seen.push(error.code ?? -1)
      resolve()
    })
    stream.once('end', resolve)
  })
  return seen
}

async function collect(orders: OrdersClient, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = orders.collect((error, value) =>
      error === null ? resolve(value!.number) : reject(new Error(error.details)),
    )
    for (let i = 0; i < count; i++) stream.write({ text: String(i) })
    stream.end()
  })
}

async function talk(orders: OrdersClient, count: number): Promise<number> {
  const stream = orders.talk()
  let answers = 0
  stream.on('data', () => answers++)
  for (let i = 0; i < count; i++) stream.write({ text: String(i) })
  stream.end()
  await new Promise<void>((resolve) => stream.once('end', resolve))
  return answers
}

async function samples(registry: Registry): Promise<string[]> {
  const page = await registry.metrics()
  return page.split('\n').filter((line) => line !== '' && !/^#|_bucket\{|_sum\{/.test(line))
}

test('all four kinds of call are counted on both sides, with their messages and codes', async () => {
  const registry = new Registry()
  const server = await started({ metrics: new GrpcServerMetrics(registry) })
  const orders = client(server, new GrpcClientMetrics(registry))
  expect(await create(orders, 'a')).toBe('a!')
  expect(await create(orders, 'missing')).toBe(status.NOT_FOUND)
  expect(await watch(orders, 3)).toEqual(['0', '1', '2'])
  expect(await collect(orders, 4)).toBe(4)
  expect(await talk(orders, 2)).toBe(2)
  const page = await samples(registry)
  const of = (type: string, method: string, code?: string): string =>
    `{${code === undefined ? '' : `grpc_code="${code}",`}grpc_method="${method}",grpc_service="shop.Orders",grpc_type="${type}"}`
  for (const side of ['server', 'client']) {
    const [inward, outward] = side === 'server' ? ['received', 'sent'] : ['sent', 'received']
    expect(page).toContain(`grpc_${side}_started_total${of('unary', 'Create')} 2`)
    expect(page).toContain(`grpc_${side}_handled_total${of('unary', 'Create', 'OK')} 1`)
    expect(page).toContain(`grpc_${side}_handled_total${of('unary', 'Create', 'NotFound')} 1`)
    expect(page).toContain(`grpc_${side}_msg_${outward}_total${of('server_stream', 'Watch')} 3`)
    expect(page).toContain(`grpc_${side}_msg_${inward}_total${of('client_stream', 'Collect')} 4`)
    expect(page).toContain(`grpc_${side}_msg_${inward}_total${of('bidi_stream', 'Talk')} 2`)
    expect(page).toContain(`grpc_${side}_msg_${outward}_total${of('bidi_stream', 'Talk')} 2`)
    expect(page).toContain(`grpc_${side}_handled_total${of('bidi_stream', 'Talk', 'OK')} 1`)
    expect(page).toContain(`grpc_${side}_handling_seconds_count${of('unary', 'Create')} 2`)
  }
})

test("the third seed's names on both sides: whole milliseconds, numeric codes, its help texts", async () => {
  const registry = new Registry()
  const server = await started({ metrics: new Seed3ServerMetrics(registry) })
  const orders = client(server, new Seed3ClientMetrics(registry))
  expect(await create(orders, 'a')).toBe('a!')
  expect(await create(orders, 'missing')).toBe(status.NOT_FOUND)
  const deadline = Date.now() + 50
  expect(await create(orders, 'never', { deadline })).toBe(status.DEADLINE_EXCEEDED)
  const text = await registry.metrics()
  for (const side of ['rpc_client', 'rpc_server']) {
    expect(text).toContain(
      `# HELP ${side}_requests_chaos_duration_ms rpc server requests duration(ms).\n# TYPE ${side}_requests_chaos_duration_ms histogram\n`,
    )
    expect(text).toContain(
      `# HELP ${side}_requests_chaos_code_total rpc server requests code count.\n# TYPE ${side}_requests_chaos_code_total counter\n`,
    )
    const bounds = [
      ...text.matchAll(new RegExp(`${side}_requests_chaos_duration_ms_bucket.*le="(.*)"`, 'g')),
    ]
    expect(bounds.map((one) => one[1])).toEqual([
      '5',
      '10',
      '25',
      '50',
      '100',
      '250',
      '500',
      '1000',
      '+Inf',
    ])
    expect(text).toMatch(new RegExp(`${side}_requests_chaos_duration_ms_sum\\{.*\\} \\d+\n`))
    expect(text).toContain(
      `${side}_requests_chaos_code_total{code="0",method="/shop.Orders/Create"} 1`,
    )
    expect(text).toContain(
      `${side}_requests_chaos_code_total{code="5",method="/shop.Orders/Create"} 1`,
    )
  }
  expect(text).toContain(
    'rpc_client_requests_chaos_code_total{code="4",method="/shop.Orders/Create"} 1',
  )
})

test('a unary call ends after 200 ms by default, and the deadline of a caller stands', async () => {
  const server = await started()
  const orders = rpcClient<OrdersClient>(Orders, { endpoint: server.endpoint! })
  closing.push(() => orders.close())
  const startMs = performance.now()
  expect(await create(orders, 'never')).toBe(status.DEADLINE_EXCEEDED)
  expect(performance.now() - startMs).toBeGreaterThan(150)
  const deadline = Date.now() + 20
  expect(await create(orders, 'never', { deadline })).toBe(status.DEADLINE_EXCEEDED)
})

test('a handler that throws answers INTERNAL, is counted and reported, and the server goes on', async () => {
  const crashes: string[] = []
  const server = await started({ onCrash: (path) => void crashes.push(path) })
  const orders = client(server)
  expect(await create(orders, 'crash')).toBe(status.INTERNAL)
  expect(await watch(orders, -1)).toEqual([status.INTERNAL])
  expect(await create(orders, 'a')).toBe('a!')
  expect(crashes).toEqual(['/shop.Orders/Create', '/shop.Orders/Watch'])
  expect(server.crashes).toBe(2)
})

test('the server has a time limit of its own', async () => {
  const server = await started({ timeoutMs: 20 })
  const orders = client(server)
  expect(await create(orders, 'never')).toBe(status.DEADLINE_EXCEEDED)
})

test('a service without one of its handlers is refused at once', () => {
  const { create: one } = HANDLERS
  expect(() => new RpcServer().addService(Orders.service, { create: one! })).toThrow(
    '/shop.Orders/Watch: there is no handler watch',
  )
})

/** Calls a unary method of any service by its definition. */
async function call<T>(
  server: RpcServer,
  service: ServiceDefinition,
  name: string,
  message: object,
) {
  const plain = new Client(server.endpoint!.slice('grpc://'.length), credentials.createInsecure())
  const method = service[name]!
  try {
    return await new Promise<T>((resolve, reject) =>
      plain.makeUnaryRequest(
        method.path,
        method.requestSerialize as (value: object) => Buffer,
        method.responseDeserialize as (bytes: Buffer) => T,
        message,
        (error, value) => (error === null ? resolve(value!) : reject(error)),
      ),
    )
  } finally {
    plain.close()
  }
}

test('health follows start and stop; a call under way ends before the server does', async () => {
  const gate = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const server = new RpcServer({ address: '127.0.0.1:0' })
  server.addService(Orders.service, {
    ...HANDLERS,
    async create() {
      entered.resolve()
      await gate.promise
      return { text: 'late' }
    },
  })
  await server.start()
  const health = (name: string) =>
    call<{ status: string }>(server, healthService as ServiceDefinition, 'Check', { service: name })
  expect((await health('')).status).toBe('SERVING')
  expect((await health('shop.Orders')).status).toBe('SERVING')
  server.setHealth('', false)
  expect((await health('')).status).toBe('NOT_SERVING')
  const orders = rpcClient<OrdersClient>(Orders, { endpoint: server.endpoint!, timeoutMs: 0 })
  const answer = create(orders, 'x')
  await entered.promise
  const stopped = server.stop()
  gate.resolve()
  expect(await answer).toBe('late')
  await stopped
  orders.close()
})

test('reflection and the metadata service list the services', async () => {
  const server = await started({ packageDefinition: definition })
  const kratos = await call<{ services: string[]; methods: string[] }>(
    server,
    metadataDefinition(),
    'ListServices',
    {},
  )
  expect(kratos.services).toEqual(['shop.Orders'])
  expect(kratos.methods).toContain('/shop.Orders/Talk')
  const described = await call<{ fileDescSet: { file: Uint8Array[] } }>(
    server,
    metadataDefinition(),
    'GetServiceDesc',
    { name: 'shop.Orders' },
  )
  expect(Buffer.concat(described.fileDescSet.file).toString('latin1')).toContain('Orders')
  await expect(
    call(server, metadataDefinition(), 'GetServiceDesc', { name: '__proto__' }),
  ).rejects.toMatchObject({ code: status.NOT_FOUND })
  expect(await reflectedServices(server)).toContain('shop.Orders')
})

function metadataDefinition(): ServiceDefinition {
  return metadataService(() => new Map()).definition
}

async function reflectedServices(server: RpcServer): Promise<string[]> {
  const proto = loadPackageDefinition(
    loadSync(
      fileURLToPath(
        import.meta
          .resolve('@grpc/reflection')
          .replace('src/index.js', 'proto/grpc/reflection/v1/reflection.proto'),
      ),
    ),
  ) as unknown as {
    grpc: { reflection: { v1: { ServerReflection: ServiceClientConstructor } } }
  }
  const reflection = new proto.grpc.reflection.v1.ServerReflection(
    server.endpoint!.slice('grpc://'.length),
    credentials.createInsecure(),
  ) as unknown as Client & { serverReflectionInfo(): ClientDuplexStream<object, unknown> }
  closing.push(() => reflection.close())
  const stream = reflection.serverReflectionInfo()
  const answer = new Promise<{ listServicesResponse: { service: { name: string }[] } }>(
    (resolve, reject) => {
      stream.once('data', resolve)
      stream.once('error', reject)
    },
  )
  stream.write({ listServices: '*' })
  const { listServicesResponse } = await answer
  stream.end()
  return listServicesResponse.service.map((one) => one.name)
}

test("Connect's interceptor counts unary calls, streams and errors by code", async () => {
  const registry = new Registry()
  const intercept = connectMetrics(new GrpcServerMetrics(registry), 'server')
  const request = (name: string, methodKind: string, message: unknown) => ({
    stream: methodKind !== 'unary',
    service: { typeName: 'shop.Orders' },
    method: { name, methodKind },
    message,
  })
  const unary = intercept(async () => ({ stream: false, message: 'b' }))
  await unary(request('Create', 'unary', 'a'))
  const failing = intercept(async () => {
    throw Object.assign(new Error('planted'), { code: 5 })
  })
  await expect(failing(request('Create', 'unary', 'a'))).rejects.toThrow('planted')
  const echo = intercept(async (one: { message: unknown }) => ({
    stream: true,
    message: one.message,
  }))
  async function* words() {
    yield 'a'
    yield 'b'
  }
  const { message } = await echo(request('Talk', 'bidi_streaming', words()))
  const heard: unknown[] = []
  for await (const word of message as AsyncIterable<unknown>) heard.push(word)
  expect(heard).toEqual(['a', 'b'])
  const page = await samples(registry)
  const of = (method: string, type: string, code?: string): string =>
    `{${code === undefined ? '' : `grpc_code="${code}",`}grpc_method="${method}",grpc_service="shop.Orders",grpc_type="${type}"}`
  expect(page).toContain(`grpc_server_handled_total${of('Create', 'unary', 'OK')} 1`)
  expect(page).toContain(`grpc_server_handled_total${of('Create', 'unary', 'NotFound')} 1`)
  expect(page).toContain(`grpc_server_msg_received_total${of('Talk', 'bidi_stream')} 2`)
  expect(page).toContain(`grpc_server_msg_sent_total${of('Talk', 'bidi_stream')} 2`)
  expect(page).toContain(`grpc_server_handled_total${of('Talk', 'bidi_stream', 'OK')} 1`)
})
