// Read by the compiler only, where the frameworks' own types are installed: the adapters are what the frameworks take.
import { createConnectTransport } from '@connectrpc/connect-node'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { metricsHandler, type Registry } from '@pharos/client'
import { GrpcClientMetrics } from '@pharos/kits-grpc'
import { connectMetrics } from '@pharos/kits-grpc/connect'
import { HttpMetrics } from '@pharos/kits-http'
import { expressMetrics } from '@pharos/kits-http/express'
import { fastifyMetrics } from '@pharos/kits-http/fastify'
import { honoMetrics } from '@pharos/kits-http/hono'
import { koaMetrics } from '@pharos/kits-http/koa'
import { nestMetrics } from '@pharos/kits-http/nest'

export async function everyAdapter(registry: Registry): Promise<void> {
  const metrics = new HttpMetrics(registry)
  express().use(expressMetrics(metrics)).get('/metrics', metricsHandler(registry))
  fastifyMetrics(Fastify(), metrics)
  new Hono().use('*', honoMetrics(metrics))
  new Koa().use(koaMetrics(metrics))
  nestMetrics(await NestFactory.create(class {}), metrics)
  createConnectTransport({
    baseUrl: 'http://localhost',
    httpVersion: '1.1',
    interceptors: [connectMetrics(new GrpcClientMetrics(registry), 'client')],
  })
}
