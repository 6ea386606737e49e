// Holds the words that must stand in the SQL itself, because partial indexes are not matched by a parameter.

import { sql } from 'kysely'

export const PENDING = sql.lit('pending')
export const DEAD = sql.lit('dead')
