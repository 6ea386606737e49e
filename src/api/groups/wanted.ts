// Holds a wanted group against the place that it names, and has a platform asked who is in it.

import type { z } from 'zod'
import type { Destinations } from '../../destinations/destinations.ts'
import type { ExternalGroups, Failure } from '../../destinations/external-groups.ts'
import type { GroupChange, GroupView, Told, WantedGroup } from '../../identity/groups.ts'
import type { PlatformKind } from '../../platforms/platform.ts'
import { thereIsNo } from '../errors.ts'
import type { Found, ProblemResult } from '../result.ts'
import { invalid, mistake } from '../validated.ts'
import type { groupChange, newGroup } from './schemas.ts'

export interface Places {
  destinations: Destinations
  externalGroups: ExternalGroups
  kinds: PlatformKind[]
}

export async function wantedGroup(
  places: Places,
  { name, kind, destination_id, external_id }: z.infer<typeof newGroup>,
): Promise<Found<WantedGroup>> {
  if (destination_id === undefined || kind === 'people') return { value: { name, kind: 'people' } }
  const destinationId = destination_id
  if (external_id === undefined) {
    const refused = await refusedPlace(places, destinationId)
    return refused ?? { value: { name, kind: 'destination', destinationId } }
  }
  const told = await toldAt(places, destinationId, external_id)
  if ('problem' in told) return told
  return { value: { name, kind: 'external', destinationId, externalId: external_id, told: told.value } }
}

export async function wantedChange(
  places: Places,
  { kind, ...row }: GroupView['row'],
  { name, destination_id, external_id }: z.infer<typeof groupChange>,
): Promise<Found<GroupChange>> {
  const named = { name, destinationId: destination_id, externalId: external_id }
  if (destination_id === undefined && external_id === undefined) return { value: named }
  if (kind === 'people') {
    const path = destination_id === undefined ? 'external_id' : 'destination_id'
    return invalid([mistake(path, 'A group of people has neither destination_id nor external_id')])
  }
  if (kind === 'destination') {
    if (external_id !== undefined) return invalid([mistake('external_id', NOT_LISTED)])
    return (await refusedPlace(places, destination_id as string)) ?? { value: named }
  }
  const [destinationId, externalId] = [destination_id ?? row.destination_id, external_id ?? row.external_id]
  const told = await toldAt(places, destinationId as string, externalId as string)
  return 'problem' in told ? told : { value: { ...named, told: told.value } }
}

const NOT_LISTED = 'Only a group of the kind external has an external_id'

/** Why nobody can press at a place; undefined: people may. */
async function refusedPlace({ destinations, kinds }: Places, id: string): Promise<ProblemResult | undefined> {
  const place = await destinations.find(id)
  if (!place) return invalid([mistake('destination_id', thereIsNo('destination', id))])
  const kind = kinds.find(({ name }) => name === place.channel_type)
  if (kind?.inbound) return undefined
  return invalid([
    mistake('destination_id', `Nobody presses a button at a destination of ${place.channel_type}`),
  ])
}

async function toldAt(
  { destinations, externalGroups }: Places,
  destinationId: string,
  externalId: string,
): Promise<Found<Told>> {
  const place = await destinations.find(destinationId)
  if (!place) return invalid([mistake('destination_id', thereIsNo('destination', destinationId))])
  if (!externalGroups.isListable(place.channel_type)) {
    const detail = `Countersign asks no ${place.channel_type} who is in a group`
    return invalid([mistake('destination_id', detail)])
  }
  const answer = await externalGroups.ask(destinationId, externalId)
  return 'told' in answer ? { value: answer.told } : unanswered(answer)
}

function unanswered({ code, advice }: Failure): ProblemResult {
  const detail = `The platform did not say who is in the group (${code})${advice === undefined ? '' : `: ${advice}`}`
  return { problem: { status: 502, code: 'group_unanswered', detail, error: code } }
}
