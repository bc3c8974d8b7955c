// Handlers as people like to write them, and as grpc-js takes them: a promise becomes a callback, an exception an
// INTERNAL for the client instead of the end of the process, a unary call that takes too long a DEADLINE_EXCEEDED.
import {
  Metadata,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'

/** A call as its handler gets it. */
interface HandledCall {
  readonly metadata: Metadata
  emit(event: 'error', error: unknown): boolean
}

/** A unary or client-streaming handler may return (a promise of) its answer or call back; a streaming one writes. */
export type Handler = (call: never, callback: Callback) => unknown
export type Callback = (error: unknown, value?: unknown) => void

interface RecoveryOptions {
  /** A handler threw. */
  readonly onCrash: (path: string, error: unknown) => void
  /** Limit of a unary call, ms; 0 for none. */
  readonly timeoutMs: number
}

/** @throws TypeError when a method of the definition has no handler under either of its names */
export function recovering(
  definition: ServiceDefinition,
  handlers: Readonly<Record<string, Handler>>,
  options: RecoveryOptions,
): UntypedServiceImplementation {
  const wrapped: Record<string, unknown> = Object.create(null)
  for (const [name, method] of Object.entries(definition)) {
    const own = [name, method.originalName ?? name].find((one) => Object.hasOwn(handlers, one))
    const handler = own === undefined ? undefined : handlers[own]
    if (handler === undefined) {
      throw new TypeError(`${method.path}: there is no handler ${method.originalName ?? name}`)
    }
    const run = handler.bind(handlers) as (call: HandledCall, callback?: Callback) => unknown
    wrapped[name] = method.responseStream
      ? streaming(method.path, run, options)
      : answering(method.path, run, method.requestStream ? 0 : options.timeoutMs, options)
  }
  return wrapped as UntypedServiceImplementation
}

type Run = (call: HandledCall, callback?: Callback) => unknown

function answering(path: string, run: Run, timeoutMs: number, { onCrash }: RecoveryOptions): Run {
  return (call, callback) => {
    let isOpen = true
    const finish: Callback = (error, value) => {
      if (!isOpen) return
      isOpen = false
      clearTimeout(timer)
      callback?.(error, value)
    }
    const crash = (error: unknown): void => {
      if (isStatus(error)) return finish(error)
      onCrash(path, error)
      finish({ code: status.INTERNAL, details: 'internal error' })
    }
    const timer =
      timeoutMs > 0
        ? setTimeout(
            () =>
              finish({
                code: status.DEADLINE_EXCEEDED,
                details: `the server took longer than ${timeoutMs} ms`,
              }),
            timeoutMs,
          )
        : undefined
    attempt(
      () => run(call, finish),
      (value) => {
        if (value !== undefined) finish(null, value)
      },
      crash,
    )
  }
}

function streaming(path: string, run: Run, { onCrash }: RecoveryOptions): Run {
  return (call) => {
    attempt(
      () => run(call),
      () => {},
      (error) => {
        if (!isStatus(error)) onCrash(path, error)
        call.emit(
          'error',
          isStatus(error) ? error : { code: status.INTERNAL, details: 'internal error' },
        )
      },
    )
  }
}

function attempt(
  work: () => unknown,
  settle: (value: unknown) => void,
  failed: (error: unknown) => void,
): void {
  try {
    const value = work()
    if (value instanceof Promise) value.then(settle, failed)
    else settle(value)
  } catch (error) {
    failed(error)
  }
}

/** Whether something thrown is a status that a handler meant to answer. */
function isStatus(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    typeof (error as { code?: unknown }).code === 'number' &&
    (error as { code: number }).code in status
  )
}
