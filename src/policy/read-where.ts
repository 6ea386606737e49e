// Reads the conditions of a rule: places in the arguments, and how what is there is compared.

import { type Decimal, decimalOf } from './decimal.ts'
import {
  type Condition,
  MAX_CONDITIONS,
  MAX_PATH,
  MAX_VALUE,
  MAX_VALUES,
  type Test,
  type Value,
} from './policy.ts'
import { fieldsOf, flagOf, hintsOf, listOf, type Spot, within, wrong } from './spot.ts'

const OPERATORS = ['equals', 'in', 'not', 'above', 'below', 'like', 'present'] as const
type Operator = (typeof OPERATORS)[number]

const EXAMPLE = '{above: 500}'
const HINTS = hintsOf(
  ['did you mean equals?', ['eq', 'is', '=', '==', 'equal']],
  ['did you mean in?', ['one_of', 'any_of', 'among']],
  ['did you mean not?', ['ne', 'neq', 'not_in', 'not_equals', 'is_not', '!=']],
  ['did you mean above?', ['gt', 'greater_than', 'more_than', 'over', '>']],
  ['did you mean below?', ['lt', 'less_than', 'under', '<']],
  ['above 499 is at least 500 of whole numbers', ['gte', 'at_least', 'min', '>=']],
  ['below 501 is at most 500 of whole numbers', ['lte', 'at_most', 'max', '<=']],
  ['did you mean like?', ['glob', 'matches', 'pattern', 'starts_with', 'ends_with', 'contains', 'regex']],
  ['did you mean present?', ['exists', 'defined']],
)

export function whereOf(spot: Spot): Condition[] | undefined {
  const { tree } = spot
  if (tree.kind !== 'map') return wrong(spot, `must be an object such as {amount: ${EXAMPLE}}`)
  if (tree.entries.length > MAX_CONDITIONS) return wrong(spot, `must have at most ${MAX_CONDITIONS} paths`)
  return tree.entries.flatMap(({ name, value }) => conditionOf(within(spot, name, value), name) ?? [])
}

function conditionOf(spot: Spot, shown: string): Condition | undefined {
  const path = shown.split('.')
  if (path.includes('')) return wrong(spot, 'must be names with dots between, such as to.domain')
  if (shown.length > MAX_PATH) return wrong(spot, `must have at most ${MAX_PATH} characters`)
  if (/[\p{C}\p{DI}]/u.test(shown)) return wrong(spot, 'must be visible characters')
  const { kind } = spot.tree
  if (kind === 'list') return wrong(spot, 'must say how it is compared, such as {in: […]}')
  if (kind !== 'map') return wrong(spot, `must say how it is compared, such as {equals: …} or ${EXAMPLE}`)
  const fields = fieldsOf(spot, OPERATORS, EXAMPLE, HINTS) ?? {}
  if (spot.tree.entries.length === 0) return wrong(spot, `must say how it is compared, such as ${EXAMPLE}`)
  if (fields.present?.tree.kind === 'boolean' && !fields.present.tree.value && spot.tree.entries.length > 1) {
    return wrong(spot, 'cannot be compared where it must not be present')
  }
  const tests = OPERATORS.flatMap((operator) => {
    const field = fields[operator]
    return (field && testOf(operator, field)) ?? []
  })
  return { shown, path, tests }
}

function testOf(operator: Operator, spot: Spot): Test | undefined {
  switch (operator) {
    case 'equals': {
      if (spot.tree.kind === 'list') return wrong(spot, 'must be one value; several are compared with in')
      const value = scalarOf(spot)
      return value === undefined ? undefined : { operator, values: [value] }
    }
    case 'in':
      return wrongOr(valuesOf(spot), (values) => ({ operator, values }))
    case 'not': {
      if (spot.tree.kind === 'list') return wrongOr(valuesOf(spot), (values) => ({ operator, values }))
      return wrongOr(scalarOf(spot), (value) => ({ operator, values: [value] }))
    }
    case 'above':
    case 'below':
      return wrongOr(numberOf(spot), (than) => ({ operator, than }))
    case 'like':
      return wrongOr(textOf(spot, '"*@example.com"'), (glob) => ({ operator, glob }))
    case 'present':
      return wrongOr(flagOf(spot), (is) => ({ operator, is }))
  }
}

function wrongOr<T>(read: T | undefined, test: (value: T) => Test): Test | undefined {
  return read === undefined ? undefined : test(read)
}

function valuesOf(spot: Spot): Value[] | undefined {
  return listOf(spot, { most: MAX_VALUES, example: '[EUR, USD]' }, scalarOf)
}

function scalarOf(spot: Spot): Value | undefined {
  const { tree } = spot
  if (tree.kind === 'boolean') return tree.value
  if (tree.kind === 'number') return numberOf(spot)
  if (tree.kind === 'text') return textOf(spot, 'EUR')
  return wrong(spot, 'must be a text, a number, true or false; whether there is anything, present tells')
}

/** Kept with every digit. A number with a zero before it is mostly meant as text. */
function numberOf(spot: Spot): Decimal | undefined {
  const { tree } = spot
  if (tree.kind !== 'number' && tree.kind !== 'text') return wrong(spot, 'must be a number such as 500')
  const written = tree.kind === 'number' ? tree.written : tree.text
  if (/^[+-]?0\d/.test(written)) {
    return wrong(spot, 'must not begin with a zero: put it in quotes if it is a text')
  }
  return decimalOf(written) ?? wrong(spot, 'must be a number in decimal digits, such as 500 or 479.99')
}

function textOf(spot: Spot, example: string): string | undefined {
  const { tree } = spot
  if (tree.kind !== 'text') return wrong(spot, `must be a text such as ${example}`)
  return tree.text.length > MAX_VALUE ? wrong(spot, `must have at most ${MAX_VALUE} characters`) : tree.text
}
