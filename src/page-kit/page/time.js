// @ts-check
// How long, and when? In the words and the time zone of the one who reads.

/** @param {number} ms */
export function span(ms) {
  const seconds = Math.floor(Math.max(0, ms) / 1000)
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ]
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0')
  if (d > 0) return `${d} d ${h}:${two(m)}:${two(s)}`
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
