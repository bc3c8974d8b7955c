import type { Disk, OpenFile } from '@pharos/base'
import type { SimDisk } from '@pharos/base/sim'

/** Stops the machine before its n-th disk operation. */
export function dyingDisk(disk: SimDisk, n: number, die: () => void): Disk {
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name, of)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          if (disk.operations === n - 1) die()
          const result: unknown = Reflect.apply(value, of, args)
          if (name !== 'open') return result
          return (result as Promise<OpenFile>).then((file) => guard(file))
        }
      },
    })
  return guard<Disk>(disk)
}
