// Finds the button of a Teams card that is meant, and what pressing it sends.

import { isObject, type JsonObject } from './messages.ts'

export interface Button {
  /** The action, or the one that stands in for it in clients that do not know it. */
  action: JsonObject
  /** What `action.data` and the inputs around the button come to. */
  data: JsonObject
}

export interface Press {
  title?: string
  verb?: string
  how: 'execute' | 'submit'
  /** What the person typed or chose, by the input's id; the others keep their values. */
  inputs?: Record<string, string>
}

/**
 * The first button of that title or verb, also where another button must first show it. Undefined when there is
 * none, when it is not of that kind, or when the card has no such input or leaves a required one empty.
 */
export function pressedButton(card: JsonObject, press: Press): Button | undefined {
  const found = findAction(card, press, [])
  if (!found) return undefined
  const action = actionOfKind(found.action, press.how)
  const inputs = action?.associatedInputs === 'none' ? [] : found.inputs
  const values = action && inputValues(inputs, press.inputs ?? {})
  if (!action || !values) return undefined
  return { action, data: { ...(isObject(action.data) ? action.data : {}), ...values } }
}

interface Found {
  action: JsonObject
  /** Those of the button's own card and of the cards around it. */
  inputs: JsonObject[]
}

function findAction(card: JsonObject, press: Press, inputsAround: JsonObject[]): Found | undefined {
  const parts = elementsOf(card.body)
  const inputs = [...inputsAround, ...parts.filter(({ type }) => String(type).startsWith('Input.'))]
  const actions = [card, ...parts].flatMap((part) => [
    ...objectsIn(part.actions),
    ...objectsIn([part.selectAction, part.inlineAction]),
  ])
  for (const action of actions) {
    if (isMeant(action, press)) return { action, inputs }
    const inside = isObject(action.card) && findAction(action.card, press, inputs)
    if (inside) return inside
  }
}

/** These show or hide a part of the card, and send nothing. */
const SHOWING = ['Action.ShowCard', 'Action.ToggleVisibility']

function isMeant(action: JsonObject, { title, verb }: Press): boolean {
  if (SHOWING.includes(String(action.type))) return false
  const isTitle = title === undefined || action.title === title
  const isVerb = verb === undefined || action.verb === verb
  return isTitle && isVerb && (title ?? verb) !== undefined
}

function actionOfKind(action: JsonObject, how: Press['how']): JsonObject | undefined {
  const wanted = how === 'execute' ? 'Action.Execute' : 'Action.Submit'
  return [action, action.fallback].filter(isObject).find(({ type }) => type === wanted)
}

/** With everything inside containers, columns, tables and the like. */
function elementsOf(list: unknown): JsonObject[] {
  return objectsIn(list).flatMap((element) => [
    element,
    ...['items', 'columns', 'rows', 'cells'].flatMap((part) => elementsOf(element[part])),
  ])
}

function inputValues(inputs: JsonObject[], typed: Record<string, string>): JsonObject | undefined {
  const ids = inputs.map(({ id }) => id)
  if (Object.keys(typed).some((id) => !ids.includes(id))) return undefined
  const values: JsonObject = {}
  for (const { id, value, isRequired } of inputs) {
    const given = typed[String(id)] ?? value
    if (isRequired === true && !given) return undefined
    if (given !== undefined) values[String(id)] = given
  }
  return values
}

function objectsIn(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}
