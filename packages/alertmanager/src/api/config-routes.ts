// Contact points and notification policies.
import type { FastifyInstance } from 'fastify'
import { bodyOf, fieldsOf, lastOf, queryOf, sendJson, textOf, valueOf } from './answers.ts'
import type { ConfigEditor } from './config-editor.ts'

export function registerConfigRoutes(scope: FastifyInstance, editor: ConfigEditor): void {
  scope.get('/contact-points', async (_, reply) => {
    const { points, version } = await editor.contactPoints()
    return sendJson(reply, { contactPoints: points, editable: editor.isEditable, version })
  })
  scope.put<{ Params: { name: string } }>('/contact-points/:name', async (request, reply) => {
    const fields = fieldsOf(bodyOf(request), 'body')
    const point = fieldsOf(valueOf(fields, 'contactPoint'), 'contactPoint')
    const version = textOf(fields, 'version')
    return sendJson(reply, {
      version: await editor.putContactPoint(request.params.name, point, version),
    })
  })
  scope.delete<{ Params: { name: string } }>('/contact-points/:name', async (request, reply) =>
    sendJson(reply, {
      version: await editor.deleteContactPoint(
        request.params.name,
        lastOf(queryOf(request), 'version'),
      ),
    }),
  )
  scope.get('/policies', async (_, reply) => {
    const policies = await editor.policies()
    return sendJson(reply, { ...policies, editable: editor.isEditable })
  })
  scope.put('/policies', async (request, reply) => {
    const fields = fieldsOf(bodyOf(request), 'body')
    const version = await editor.putPolicies(
      valueOf(fields, 'route'),
      valueOf(fields, 'timeIntervals'),
      textOf(fields, 'version'),
    )
    return sendJson(reply, { version })
  })
}
