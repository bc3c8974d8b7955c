// Registered services: who is there, with which routes, and how each instance is.

import type { FastifyInstance } from 'fastify'
import { answerData } from './answer.ts'
import type { ApiServices, ServiceInstanceStatus, ServiceStatus } from './api-services.ts'
import { globalUrl } from './global-url.ts'
import { jsonMap, jsonText, jsonTime } from './json-text.ts'
import { RequestForm } from './request-form.ts'

export function registerServiceRoutes(app: FastifyInstance, services: ApiServices): void {
  app.get('/api/v1/services', async (request, reply) => {
    const wanted = new RequestForm(request).get('name')
    const shown = services
      .registeredServices()
      .filter(({ name }) => wanted === '' || name === wanted)
      .map((service) => serviceJson(service, services))
    return answerData(reply, `{"services":[${shown.join(',')}]}`)
  })
}

function serviceJson({ name, instances }: ServiceStatus, services: ApiServices): string {
  const parts = instances.map((instance) => instanceJson(instance, services))
  return `{"name":${jsonText(name)},"instances":[${parts.join(',')}]}`
}

function instanceJson(instance: ServiceInstanceStatus, services: ApiServices): string {
  const { id, address, leaseSeconds, routes, metadata, check, target } = instance
  const url = globalUrl(target.scrapeUrl, services.externalUrl, services.listenAddress)
  const routesJson = routes.map(
    ({ path, methods }) => `{"path":${jsonText(path)},"methods":${jsonText(methods)}}`,
  )
  const fields = [
    `"id":${jsonText(id)}`,
    `"address":${jsonText(address)}`,
    ...(leaseSeconds === undefined ? [] : [`"leaseSeconds":${leaseSeconds}`]),
    `"routes":[${routesJson.join(',')}]`,
    `"metadata":${jsonMap(metadata.map(([name, value]) => [name, jsonText(value)]))}`,
    ...(check === undefined ? [] : [`"check":${checkJson(check)}`]),
    `"scrapePool":${jsonText(target.scrapePool)}`,
    `"metricsUrl":${jsonText(url)}`,
    `"health":"${target.health}"`,
    `"lastError":${jsonText(target.lastError)}`,
    `"lastScrape":${jsonTime(target.lastScrapeMs)}`,
    `"lastScrapeDuration":${target.lastScrapeDurationMs / 1_000}`,
  ]
  return `{${fields.join(',')}}`
}

function checkJson(check: NonNullable<ServiceInstanceStatus['check']>): string {
  const { text, state, failures, lastError, lastCheckMs, latencyMs } = check
  return (
    `{"check":${jsonText(text)},"state":"${state}","failures":${failures},` +
    `"lastError":${jsonText(lastError)},"lastCheck":${jsonTime(lastCheckMs)},"latency":${latencyMs / 1_000}}`
  )
}
