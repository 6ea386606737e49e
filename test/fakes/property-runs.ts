// Sets how many random inputs each property is tried with: 100, or PROPERTY_RUNS for a long search.

import fc from 'fast-check'

fc.configureGlobal({ numRuns: Number(process.env.PROPERTY_RUNS ?? 100) })
