// Makes receipts: the signed proof, for whoever runs a tool, that an approved action was redeemed.

/** So long after the redemption a receipt may be shown. */
const RECEIPT_SECONDS = 300

/** UTC epoch milliseconds; a receipt counts whole seconds. */
export function receiptEnd(redeemedAt: number): number {
  return (Math.floor(redeemedAt / 1000) + RECEIPT_SECONDS) * 1000
}
