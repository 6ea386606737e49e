// Checks for a Detection Finding by the rules of OCSF 1.9.0 for class 2004, so far as we use it, as a schema.

import { Ajv } from 'ajv'

const text = { type: 'string', minLength: 1 }
const object = (required: Record<string, object>, optional: Record<string, object> = {}) => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
})

/** A number and its caption, which must agree. */
const coded = (name: string, caption: string, values: Record<number, string>) => ({
  oneOf: Object.entries(values).map(([id, word]) => ({
    properties: { [name]: { const: Number(id) }, [caption]: { const: word } },
  })),
})

const agent = { uid: text, name: text }
/** By an address or a name. */
const endpoint = {
  ...object({}, { ip: text, hostname: text }),
  minProperties: 1,
}
const finding = {
  ...object(
    {
      category_uid: { const: 2 },
      class_uid: { const: 2004 },
      type_uid: { type: 'integer' },
      activity_id: { type: 'integer' },
      severity_id: { type: 'integer' },
      time: { type: 'integer', minimum: 1_600_000_000_000, maximum: 4_000_000_000_000 },
      metadata: object(
        {
          version: { const: '1.9.0' },
          product: object({ name: text, vendor_name: text, version: text }),
        },
        {
          uid: text,
          event_code: text,
          original_time: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' },
          profiles: { type: 'array', items: { const: 'security_control' }, minItems: 1, maxItems: 1 },
          is_truncated: { const: true },
        },
      ),
      finding_info: object(
        { uid: text },
        { title: text, types: { type: 'array', items: text }, src_url: text },
      ),
    },
    {
      category_name: { const: 'Findings' },
      class_name: { const: 'Detection Finding' },
      type_name: text,
      activity_name: text,
      severity: text,
      status_id: { type: 'integer' },
      status: text,
      count: { type: 'integer', minimum: 1 },
      is_alert: { type: 'boolean' },
      message: { type: 'string' },
      action_id: { type: 'integer' },
      action: text,
      disposition_id: { type: 'integer' },
      disposition: text,
      resources: {
        type: 'array',
        items: object(agent, { type: text, role_id: { const: 2 }, role: { const: 'Actor' } }),
      },
      evidences: {
        type: 'array',
        items: {
          ...object(
            {},
            {
              api: object({ operation: text }, { service: object({ name: text }) }),
              ai_agent: object(agent),
              src_endpoint: endpoint,
              dst_endpoint: endpoint,
            },
          ),
          // Those of which there must be at least one, so far as we use them.
          anyOf: ['api', 'src_endpoint', 'dst_endpoint'].map((name) => ({ required: [name] })),
        },
      },
      observables: {
        type: 'array',
        items: object({ type_id: { const: 99 } }, { name: text, type: text, value: text }),
      },
      unmapped: { type: 'object' },
    },
  ),
  allOf: [
    coded('activity_id', 'activity_name', { 1: 'Create', 2: 'Update', 3: 'Close' }),
    coded('type_uid', 'type_name', {
      200401: 'Detection Finding: Create',
      200402: 'Detection Finding: Update',
      200403: 'Detection Finding: Close',
    }),
    coded('severity_id', 'severity', { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical' }),
    coded('status_id', 'status', { 1: 'New', 2: 'In Progress', 4: 'Resolved' }),
    {
      // What the profile adds stands there only with its name.
      if: { properties: { metadata: { required: ['profiles'] } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        required: ['action_id', 'disposition_id'],
        allOf: [
          coded('action_id', 'action', { 0: 'Unknown', 1: 'Allowed', 2: 'Denied', 4: 'Modified' }),
          coded('disposition_id', 'disposition', {
            1: 'Allowed',
            2: 'Blocked',
            8: 'Approved',
            11: 'Corrected',
            14: 'Delayed',
            16: 'No Action',
            25: 'Rejected',
          }),
        ],
      },
      else: { not: { anyOf: [{ required: ['action_id'] }, { required: ['disposition_id'] }] } },
    },
  ],
}

const validate = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
}).compile(finding)

/** Every breach, with where it is; none means that it is one. */
export function ocsfBreaches(given: unknown): string[] {
  const breaches = validate(given)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
  const { type_uid, activity_id, observables = [] } = given as Record<string, never>
  if (type_uid !== 200400 + Number(activity_id)) breaches.push('type_uid is not of the activity')
  for (const { name, value } of observables as { name: string; value: string }[]) {
    if (at(given, name) !== value) breaches.push(`${name} is not ${value}`)
  }
  return breaches
}

/** What an observable's name leads to, such as `evidences[0].api.operation`. */
function at(given: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], given)
}
