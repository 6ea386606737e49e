// Words the requests with which a fixture is filled: one in plain words, one in more than ASCII.

type Json = Record<string, unknown>

export const AGENT = { id: 'refund-agent', name: 'Refund agent' }
export const WEEK = { expires_in_seconds: 7 * 86_400 }

export function refund(order: number): Json {
  return {
    agent: AGENT,
    action: {
      tool: 'payments.refund',
      summary: `Refund order ${order}`,
      arguments: {
        order,
        amount: '480.00',
        lines: [{ sku: 'A-1', pieces: 2 }],
        express: false,
        coupon: null,
      },
      environment: 'production',
    },
    reasons: ['AMOUNT_ABOVE_LIMIT'],
    risk: { level: 'high', score: 0.71 },
    metadata: { session_id: `sess-${order}` },
  }
}

/** On behalf of somebody. */
export function letter(): Json {
  return {
    agent: { id: 'mail-agent', name: 'Brief-Agent „Žofie“' },
    action: {
      tool: 'mail.send',
      summary: 'Grüße an Łukasz — naïve façade, 日本語, 🙂',
      arguments: {
        to: 'łukasz@example.com',
        text: "It's 5 o’clock\n\\ backslash; -- '日本' 🙂",
        ключ: ['é', 'e\u0301'],
      },
    },
    reasons: ['PII_EGRESS', 'ZWEITER_GRUND_Ä'],
    requested_by: { email: 'Olu.Requester@example.com' },
  }
}
