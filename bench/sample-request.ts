// Makes the request that an agent of the bench asks with.

/** The order makes it unique. */
export function askedFor(order: string) {
  return {
    agent: { id: 'refund-agent', name: 'Refund agent' },
    action: {
      tool: 'stripe.refund',
      summary: 'Refund order 1042 for the customer who was charged twice on Friday',
      arguments: { order, amount: 129.9, currency: 'EUR', reason: 'charged twice' },
      environment: 'production',
    },
    reasons: ['AMOUNT_ABOVE_LIMIT', 'NEW_CUSTOMER'],
    risk: { score: 0.71, level: 'high' as const },
    metadata: { session_id: 'sess-42' },
  }
}
