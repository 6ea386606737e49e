// Compares numbers exactly, however they are written: as JSON numbers or as decimal text.

/** `digits` × 10 to the power of `exponent`. */
export interface Decimal {
  digits: bigint
  exponent: number
}

/** Longer is no number: it would take long to compare, and no money or count is written so. */
const LONGEST = 100
/** Takes in every number of JSON that a double holds. */
const MOST_EXPONENT = 400
const WRITTEN = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/

/** Such as `480.00`, `-3` or `1e6`; undefined: it is no number, or one out of bounds. */
export function decimalOf(text: string): Decimal | undefined {
  if (text.length > LONGEST) return undefined
  const [, sign, whole = '', fraction = '', power = '0'] = WRITTEN.exec(text) ?? []
  if (sign === undefined || Math.abs(Number(power)) > MOST_EXPONENT) return undefined
  const digits = BigInt(whole + fraction)
  return { digits: sign === '-' ? -digits : digits, exponent: Number(power) - fraction.length }
}

/** What JavaScript prints of a double is the shortest that is it, so that nothing is lost of what was sent. */
export function decimalOfNumber(value: number): Decimal | undefined {
  return decimalOf(String(value))
}

/** Below 0, 0 or above 0, as `a` is less than, equal to or more than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent)
  const one = scaled(a, exponent)
  const other = scaled(b, exponent)
  if (one === other) return 0
  return one < other ? -1 : 1
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return exponent === to ? digits : digits * 10n ** BigInt(exponent - to)
}
