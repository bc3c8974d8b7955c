// A primary of the tests with two workers of node:cluster; prints both kinds of aggregated pages, and what is left
// after one worker was killed, and ends.
import cluster from 'node:cluster'
import * as facade from './prom-client/index.ts'
import { Registry } from './registry.ts'
import { reportToPrimary, WorkerAggregator } from './workers.ts'

if (cluster.isPrimary) {
  const aggregator = new WorkerAggregator()
  aggregator.attachCluster()
  const facadeAggregator = new facade.AggregatorRegistry()
  let ready = 0
  cluster.on('message', (_worker, message) => {
    if (message === 'ready' && ++ready === 2) void tell()
  })
  const tell = async (): Promise<void> => {
    const pages = [await facadeAggregator.clusterMetrics(), await aggregator.metrics()]
    const [doomed] = Object.values(cluster.workers ?? {})
    doomed!.once('exit', () => {
      void aggregator.metrics().then((rest) => {
        process.stdout.write(JSON.stringify([...pages, rest]))
        cluster.disconnect()
      })
    })
    doomed!.process.kill('SIGKILL')
  }
  cluster.fork()
  cluster.fork()
} else {
  const listening = new facade.AggregatorRegistry()
  new facade.Counter({ name: 'a_total', help: 'h', labelNames: ['x'] }).inc({ x: 'y' }, 2)
  new facade.Gauge({ name: 'least', help: 'h', aggregator: 'min' }).set(cluster.worker!.id)
  const registry = new Registry()
  registry.counter({ name: `b_total`, help: listening.contentType.slice(0, 4) }).inc(3)
  reportToPrimary(registry)
  process.send!('ready')
  // Stands for the server that a worker would run.
  const server = setInterval(() => undefined, 60_000)
  process.on('disconnect', () => clearInterval(server))
}
