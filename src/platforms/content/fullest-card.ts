// Draws the fullest card that a platform takes: prose is cut first, names and identifiers only where they alone are too long.

import { type Budget, fitting, least } from './budget.ts'
import type { Content } from './content.ts'
import { tightened } from './line.ts'

export function fullestCard<T>(
  contentFor: (budget: Budget) => Content,
  draw: (content: Content) => T,
  fits: (drawing: T) => boolean,
): T {
  const drawing = fitting((budget) => draw(contentFor(budget)), fits)
  return drawing ?? draw(withTightLines(least(contentFor)))
}

function withTightLines(content: Content): Content {
  const { byline, facts, headline, outcome, remarks } = content
  return {
    ...content,
    whole: false,
    headline: tightened(headline),
    byline: tightened(byline),
    remarks: remarks.map(tightened),
    facts: facts.map(({ label, value }) => ({ label, value: tightened(value) })),
    ...(outcome && { outcome: tightened(outcome) }),
  }
}
