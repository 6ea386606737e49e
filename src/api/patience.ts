// Says how long the API waits for a slow sender.

export interface Patience {
  /** One slow sender holds a connection no longer than this; 16 KB of headers arrive within a second anywhere. */
  headersMs: number
  /** The whole of 256 KB. An answer may take longer: this ends when the request is in, so long polls live on. */
  requestMs: number
}

export const PATIENCE: Patience = { headersMs: 10_000, requestMs: 20_000 }
