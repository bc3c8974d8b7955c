// The metadata service that gRPC servers of the third seed's kind have beside reflection: which services and
// methods there are, and their descriptors. @source the published interface of kratos.api.Metadata
import {
  loadPackageDefinition,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import type { Callback } from './recovery.ts'

const text = (id: number): object => ({ type: 'string', id })

/** A FileDescriptorSet is a list of encoded files: bytes on the wire either way. */
const DEFINITION = fromJSON(
  {
    nested: {
      kratos: {
        nested: {
          api: {
            nested: {
              ListServicesRequest: { fields: {} },
              ListServicesReply: {
                fields: {
                  services: { rule: 'repeated', ...text(1) },
                  methods: { rule: 'repeated', ...text(2) },
                },
              },
              GetServiceDescRequest: { fields: { name: text(1) } },
              Files: { fields: { file: { rule: 'repeated', type: 'bytes', id: 1 } } },
              GetServiceDescReply: { fields: { fileDescSet: { type: 'Files', id: 1 } } },
              Metadata: {
                methods: {
                  ListServices: {
                    requestType: 'ListServicesRequest',
                    responseType: 'ListServicesReply',
                  },
                  GetServiceDesc: {
                    requestType: 'GetServiceDescRequest',
                    responseType: 'GetServiceDescReply',
                  },
                },
              },
            },
          },
        },
      },
    },
  } as never,
  { keepCase: true },
)

interface MetadataService {
  readonly definition: ServiceDefinition
  readonly implementation: UntypedServiceImplementation
}

/** @param services  gives the services of the server by their full name */
export function metadataService(
  services: () => ReadonlyMap<string, ServiceDefinition>,
): MetadataService {
  const loaded = loadPackageDefinition(DEFINITION) as unknown as {
    kratos: { api: { Metadata: { service: ServiceDefinition } } }
  }
  return {
    definition: loaded.kratos.api.Metadata.service,
    implementation: {
      ListServices: (_call: unknown, callback: Callback) => {
        const all = [...services()].sort(([a], [b]) => (a < b ? -1 : 1))
        callback(null, {
          services: all.map(([name]) => name),
          methods: all.flatMap(([, one]) => Object.values(one).map(({ path }) => path)).sort(),
        })
      },
      GetServiceDesc: (
        call: { readonly request: { readonly name: string } },
        callback: Callback,
      ) => {
        const service = services().get(call.request.name)
        if (service === undefined) {
          callback({ code: status.NOT_FOUND, details: `service ${call.request.name} not found` })
        } else callback(null, { fileDescSet: { file: descriptors(service) } })
      },
    } as unknown as UntypedServiceImplementation,
  }
}

/** The encoded files that proto-loader keeps with the types of a method, each once. */
function descriptors(service: ServiceDefinition): Uint8Array[] {
  const files = new Map<string, Uint8Array>()
  for (const method of Object.values(service)) {
    const { requestType } = method as unknown as {
      requestType?: { readonly fileDescriptorProtos?: readonly Uint8Array[] }
    }
    for (const file of requestType?.fileDescriptorProtos ?? [])
      files.set(Buffer.from(file).toString('base64'), file)
  }
  return [...files.values()]
}
