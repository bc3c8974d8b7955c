// A real Connect server and client over HTTP, measured on both sides with the names of gRPC.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Registry } from '@pharos/client'
import { GrpcClientMetrics, GrpcServerMetrics } from '@pharos/kits-grpc'
import { connectMetrics } from '@pharos/kits-grpc/connect'
import { expect, test } from 'vitest'
import { hasPeers, peer } from './peers.ts'

interface Count {
  readonly value: bigint
}

type Interceptor = ReturnType<typeof connectMetrics>

interface ConnectModule {
  readonly ConnectError: new (message: string, code: number) => Error
  readonly Code: { readonly NotFound: number }
  createClient(service: object, transport: object): CounterClient
}

interface ConnectNode {
  connectNodeAdapter(options: {
    readonly interceptors: readonly Interceptor[]
    routes(router: { service(service: object, handlers: object): void }): void
  }): (request: IncomingMessage, response: ServerResponse) => void
  createConnectTransport(options: object): object
}

interface CounterClient {
  one(request: Count): Promise<Count>
  down(request: Count): AsyncIterable<Count>
  sum(requests: AsyncIterable<Count>): Promise<Count>
}

/** `service Counter { One: unary, Down: server stream, Sum: client stream }` over UInt64Value, built by hand. */
async function counterService(): Promise<object> {
  const protobuf = await peer<{
    create(schema: object, init: object): object
    createFileRegistry(
      file: object,
      resolve: (name: string) => object | undefined,
    ): {
      getService(name: string): object | undefined
    }
  }>('@bufbuild/protobuf')
  const wellKnown = await peer<{
    FileDescriptorProtoSchema: object
    file_google_protobuf_wrappers: { readonly proto: object }
  }>('@bufbuild/protobuf/wkt')
  const method = (name: string, clientStreaming: boolean, serverStreaming: boolean): object => ({
    name,
    inputType: '.google.protobuf.UInt64Value',
    outputType: '.google.protobuf.UInt64Value',
    clientStreaming,
    serverStreaming,
  })
  const file = protobuf.create(wellKnown.FileDescriptorProtoSchema, {
    name: 'counter.proto',
    package: 'demo',
    syntax: 'proto3',
    dependency: ['google/protobuf/wrappers.proto'],
    service: [
      {
        name: 'Counter',
        method: [
          method('One', false, false),
          method('Down', false, true),
          method('Sum', true, false),
        ],
      },
    ],
  })
  const registry = protobuf.createFileRegistry(
    file,
    () => wellKnown.file_google_protobuf_wrappers.proto,
  )
  return registry.getService('demo.Counter')!
}

async function* counts(values: readonly bigint[]): AsyncGenerator<Count> {
  for (const value of values) yield { value }
}

test.skipIf(!hasPeers)(
  'calls, streams and errors of a Connect server are counted on both sides',
  async () => {
    const connect = await peer<ConnectModule>('@connectrpc/connect')
    const node = await peer<ConnectNode>('@connectrpc/connect-node')
    const service = await counterService()
    const registry = new Registry()
    const server = createServer(
      node.connectNodeAdapter({
        interceptors: [connectMetrics(new GrpcServerMetrics(registry), 'server')],
        routes: (router) =>
          router.service(service, {
            async one({ value }: Count) {
              if (value === 0n) throw new connect.ConnectError('planted', connect.Code.NotFound)
              return { value: value + 1n }
            },
            async *down({ value }: Count) {
              for (let left = value; left > 0n; left--) yield { value: left }
            },
            async sum(requests: AsyncIterable<Count>) {
              let value = 0n
              for await (const one of requests) value += one.value
              return { value }
            },
          }),
      }),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const transport = node.createConnectTransport({
        baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        httpVersion: '1.1',
        interceptors: [connectMetrics(new GrpcClientMetrics(registry), 'client')],
      })
      const client = connect.createClient(service, transport)
      expect((await client.one({ value: 1n })).value).toBe(2n)
      await expect(client.one({ value: 0n })).rejects.toThrow('planted')
      const heard: bigint[] = []
      for await (const { value } of client.down({ value: 3n })) heard.push(value)
      expect(heard).toEqual([3n, 2n, 1n])
      expect((await client.sum(counts([1n, 2n, 3n, 4n]))).value).toBe(10n)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    const page = (await registry.metrics()).split('\n')
    const of = (method: string, type: string, code?: string): string =>
      `{${code === undefined ? '' : `grpc_code="${code}",`}grpc_method="${method}",grpc_service="demo.Counter",grpc_type="${type}"}`
    for (const side of ['server', 'client']) {
      const [inward, outward] = side === 'server' ? ['received', 'sent'] : ['sent', 'received']
      for (const line of [
        `grpc_${side}_started_total${of('One', 'unary')} 2`,
        `grpc_${side}_handled_total${of('One', 'unary', 'OK')} 1`,
        `grpc_${side}_handled_total${of('One', 'unary', 'NotFound')} 1`,
        `grpc_${side}_msg_${outward}_total${of('Down', 'server_stream')} 3`,
        `grpc_${side}_handled_total${of('Down', 'server_stream', 'OK')} 1`,
        `grpc_${side}_msg_${inward}_total${of('Sum', 'client_stream')} 4`,
        `grpc_${side}_handled_total${of('Sum', 'client_stream', 'OK')} 1`,
        `grpc_${side}_handling_seconds_count${of('One', 'unary')} 2`,
      ])
        expect(page).toContain(line)
    }
  },
)
