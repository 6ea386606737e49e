// Defines one scale of seriousness, for the risk of an approval and the severity of an event.

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Every word that `severityOf` reads: ours, and those of other products. */
export const SEVERITY_WORDS = [...SEVERITIES, 'warning', 'medium-high'] as const
type SeverityWord = (typeof SEVERITY_WORDS)[number]

/** Whatever its case; what lies between two levels is read as medium. */
export function severityOf(text: SeverityWord): Severity
export function severityOf(text: string): Severity | undefined
export function severityOf(text: string): Severity | undefined {
  const word = SEVERITY_WORDS.find((known) => known === text.toLowerCase())
  return word === 'warning' || word === 'medium-high' ? 'medium' : word
}

export function atLeast(severity: Severity, floor: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(floor)
}

/**
 * The higher one of the level that was named and what a score of 0 to 1 says; medium where there is neither. A score
 * that is low raises nothing.
 */
export function riskOf(level: Severity | undefined, score: number | null): Severity {
  if (score === null) return level ?? 'medium'
  const scored = levelOfScore(score)
  if (level === undefined) return scored
  return scored !== 'low' && atLeast(scored, level) ? scored : level
}

/** A score of 0 to 1 as a level. */
function levelOfScore(score: number): Severity {
  if (score >= 0.9) return 'critical'
  if (score >= 0.7) return 'high'
  if (score >= 0.4) return 'medium'
  return 'low'
}

/** As every surface says it. A score is rounded down, so that none seems to reach the next level. */
export function riskInWords({ level, score }: { level: Severity; score: number | null }): string {
  const hundredths = score === null ? '' : ` (${(Math.floor(score * 100 + 1e-9) / 100).toFixed(2)})`
  return level.toUpperCase() + hundredths
}
