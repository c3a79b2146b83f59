import * as z from 'zod'
import type { Endpoint } from './endpoint.ts'

type Schema = Record<string, unknown>

const schemaOf = (type: z.ZodType, io: 'input' | 'output'): Schema => {
  const { $schema, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' })
  return schema
}

/** The OpenAPI 3.1 document of all endpoints, made from the schemas that judge the requests. */
export function openApiDocument(endpoints: Endpoint[], version: string): Schema {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const row of endpoints) {
    paths[row.path] ??= {}
    paths[row.path]![row.method] = operation(row)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Slipway', version, description: 'Every answer but 2xx carries `code` and `message`.' },
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }, { session: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'slipway_session' },
      },
    },
    paths,
  }
}

function operation(row: Endpoint): Schema {
  const media = row.stream ? 'text/event-stream' : 'application/json'
  const answer =
    row.status === 204
      ? {}
      : { content: { [media]: { schema: row.stream ? { type: 'string' } : schemaOf(row.answer, 'output') } } }
  return {
    summary: row.says,
    'x-role': row.role,
    parameters: parameters(row),
    ...(row.body ? { requestBody: { required: true, content: contentOf(row, row.body) } } : {}),
    responses: { [row.status]: { description: row.says, ...answer }, default: { description: 'A coded error' } },
  }
}

function contentOf({ media = ['application/json'] }: Endpoint, body: z.ZodType): Schema {
  const schema = schemaOf(body, 'input')
  return Object.fromEntries(media.map((type) => [type, { schema }]))
}

function parameters(row: Endpoint): Schema[] {
  const { properties = {}, required = [] } = schemaOf(row.params, 'input') as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => {
    const inPath = row.path.includes(`{${name}}`)
    return { name, in: inPath ? 'path' : 'query', required: inPath || required.includes(name), schema }
  })
}
