// Holds the words that must stand in the SQL itself, because partial indexes are not matched by a parameter.

import { sql } from 'kysely'

export const PENDING = sql.lit('pending')
export const APPROVED = sql.lit('approved')
export const DEAD = sql.lit('dead')

/** The classes of deliveries in the order of sends; cards and updates take turns. */
export const CLASS = { card: 0, update: 1, critical: 2, other: 3 } as const

export const FIRST_CARD = sql.lit(CLASS.card)

/** The place of what follows a first card: in no lane. */
export const AS_UPDATE = { class: CLASS.update, lane: '', rank: 0 } as const

/** For a query on deliveries: cards that wait have an index, and all others that do. */
export const OF_ANY_CLASS = sql<boolean>`(class = ${FIRST_CARD} or class > ${FIRST_CARD})`
