// Calls the product for the sandbox over its HTTP API, like everybody else.

export interface ApiAnswer<T> {
  status: number
  body: T
}

export interface ProductApi {
  /** Throws ApiProblem for any answer that is not 2xx, and fetch's own error when there is no answer. */
  get<T>(path: string, signal?: AbortSignal): Promise<ApiAnswer<T>>
  post<T>(
    path: string,
    body: unknown,
    options?: { idempotencyKey?: string; signal?: AbortSignal },
  ): Promise<ApiAnswer<T>>
  put(path: string, body: unknown): Promise<ApiAnswer<unknown>>
  patch(path: string, body: unknown): Promise<ApiAnswer<unknown>>
  delete(path: string): Promise<ApiAnswer<undefined>>
}

export class ApiProblem extends Error {
  readonly status: number
  /** What it says beside its sentence, by the names of the API. */
  readonly facts: Record<string, unknown>
  constructor(status: number, detail: string, facts: Record<string, unknown>) {
    super(detail)
    this.status = status
    this.facts = facts
  }
}

const JSON_BODY = { 'content-type': 'application/json' }

export function createProductApi(baseUrl: () => string, key: () => string): ProductApi {
  async function call<T>(
    path: string,
    init: RequestInit,
    headers: Record<string, string>,
  ): Promise<ApiAnswer<T>> {
    const authorization = `Bearer ${key()}`
    const response = await fetch(baseUrl() + path, { ...init, headers: { authorization, ...headers } })
    const text = await response.text()
    if (!response.ok) throw problemOf(response.status, text)
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T }
  }

  return {
    get: (path, signal) => call(path, { signal: signal ?? null }, {}),
    post: (path, body, { idempotencyKey, signal } = {}) =>
      call(
        path,
        { method: 'POST', body: JSON.stringify(body), signal: signal ?? null },
        { ...JSON_BODY, ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}) },
      ),
    put: (path, body) => call(path, { method: 'PUT', body: JSON.stringify(body) }, JSON_BODY),
    patch: (path, body) => call(path, { method: 'PATCH', body: JSON.stringify(body) }, JSON_BODY),
    delete: (path) => call(path, { method: 'DELETE' }, {}),
  }
}

function problemOf(status: number, text: string): ApiProblem {
  const start = text.slice(0, 200)
  try {
    const { detail, title, ...facts } = JSON.parse(text) as { detail?: string; title?: string }
    return new ApiProblem(status, `${status}: ${detail ?? title ?? start}`, facts)
  } catch {
    return new ApiProblem(status, `${status}: ${start}`, {})
  }
}
