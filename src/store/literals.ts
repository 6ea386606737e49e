// Holds the words that must stand in the SQL itself, because partial indexes are not matched by a parameter.

import { sql } from 'kysely'

export const PENDING = sql.lit('pending')
export const DEAD = sql.lit('dead')

/** The classes of deliveries in the order of sends; cards and updates take turns. */
export const CLASS = { card: 0, update: 1, critical: 2, other: 3 } as const

export const FIRST_CARD = sql.lit(CLASS.card)
