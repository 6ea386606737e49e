// Waits in a test for what another part of the system does by itself.

/** Waits for what another part of the system does by itself, checking often; fails after `timeoutMs`. */
export async function eventually<T>(look: () => T | Promise<T>, timeoutMs = 15_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() > deadline) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
