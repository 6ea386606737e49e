// Sets how many random inputs each property is tried with.

import fc from 'fast-check'
import { EFFORT } from './effort.ts'

fc.configureGlobal({ numRuns: 30 * EFFORT })
