// Lists groups of reviewers and changes who is in them, beside the server, straight in its database.

import type { z } from 'zod'
import { newGroup, newMember } from '../api/groups/schemas.ts'
import { announceAdded } from '../approvals/reviewers-added.ts'
import { loadConfig } from '../config/config.ts'
import { shareAddress } from '../identity/addresses.ts'
import { apartNotice, createGroups, type Groups, type GroupView } from '../identity/groups.ts'
import { DAY_MS, isoTime, systemClock } from '../kit/clock.ts'
import { createLog } from '../kit/log.ts'
import { StartError } from '../kit/start-error.ts'
import { isNamedInForce } from '../policy/versions.ts'
import { openDatabase } from '../store/open-database.ts'
import { oneLine } from './one-line.ts'

const PAGE = 200
const BY = 'command line'

export interface NamedPerson {
  person?: string
  email?: string
}

export interface AddOptions extends NamedPerson {
  name?: string
  until?: string
}

/** Prints one member a line: group, kind, id, name, addresses and the end, separated by tabs. */
export function listGroups(): Promise<void> {
  return withGroups(async (groups) => {
    let after: string | undefined
    do {
      const page = await groups.list(after, PAGE)
      for (const { id } of page.groups) {
        const group = await groups.find(id)
        for (const line of group ? linesOf(group) : []) console.log(line.map(oneLine).join('\t'))
      }
      after = page.next
    } while (after !== undefined)
  })
}

/** Throws a StartError where there is one of that name, here and below for whatever is refused. */
export function createGroup(name: string): Promise<void> {
  const wanted = checked(newGroup, { name }, { name: 'The name' })
  return withGroups(async (groups) => {
    const made = await groups.create({ name: wanted.name, kind: 'people' }, BY)
    if ('refused' in made) throw new StartError(`${made.refused.text}.`)
    console.log(`created\t${made.row.id}\t${made.row.name}`)
  })
}

export function deleteGroup(name: string): Promise<void> {
  return withGroups(async (groups) => {
    const removed = await groups.remove(name, BY)
    if (!removed) throw unknownGroup(name)
    if (removed !== true) throw new StartError(`${removed.refused.text}.`)
    console.log(`deleted\t${oneLine(name)}`)
  })
}

export function addToGroup(group: string, options: AddOptions): Promise<void> {
  const { person, until, ...rest } = options
  checkOneOf(options)
  const given = { ...rest, ...(person !== undefined && { person_id: person }) }
  const ending = until === undefined ? {} : { until: endOf(until) }
  const wanted = checked(newMember, { ...given, ...ending }, { person_id: '--person' })
  const { person_id: personId, email, name } = wanted
  const who = personId === undefined ? { email: email as string, name } : { personId }
  return withGroups(async (groups) => {
    const added = await groups.addMember(group, { who, until: wanted.until ?? null }, BY)
    if (!added) throw unknownGroup(group)
    if ('refused' in added) throw new StartError(`${added.refused.text}.`)
    const { person: member, apart } = added
    if (!member) throw new StartError(`There is no person ${oneLine(personId ?? '')}.`)
    const end = wanted.until ? `until ${isoTime(wanted.until)}` : 'without an end'
    console.log(['added', added.group.row.name, member.id, oneLine(member.name), end].join('\t'))
    if (apart.length > 0) console.error(oneLine(`${apartNotice(apart)}.`))
  })
}

export function removeFromGroup(group: string, options: NamedPerson): Promise<void> {
  checkOneOf(options)
  return withGroups(async (groups) => {
    const found = await groups.find(group)
    if (!found) throw unknownGroup(group)
    const [member, another] = membersNamed(found, options)
    if (!member) throw new StartError(`Nobody is in the group ${found.row.name} by that id or address.`)
    if (another) {
      const ids = `${member.person.id} and ${another.person.id}`
      throw new StartError(`Several are in the group by that address, such as ${ids}: give --person.`)
    }
    const { id, name } = member.person
    await groups.removeMember(found.row.id, id, BY)
    console.log(['removed', found.row.name, id, oneLine(name)].join('\t'))
  })
}

function checkOneOf({ person, email }: NamedPerson): void {
  if ((person === undefined) !== (email === undefined)) return
  throw new StartError('Give either --person or --email.')
}

function membersNamed({ members }: GroupView, { person: id, email = '' }: NamedPerson): GroupView['members'] {
  if (id === undefined) return members.filter(({ person }) => shareAddress([email], person.emails))
  return members.filter(({ person }) => person.rows.some((row) => row.id === id))
}

/** At least one, so that a group without members is listed too. */
function linesOf({ row, members, accounts }: GroupView): string[][] {
  const { name, kind } = row
  if (kind === 'destination') return [[name, kind, row.destination_id ?? '']]
  if (kind === 'external') {
    const answered = row.answered_at === null ? 'never answered' : `answered ${isoTime(row.answered_at)}`
    const told = [`${accounts.length} accounts`, answered, row.ask_error ?? '']
    return [[name, kind, `${row.external_id} through ${row.destination_id}`, ...told]]
  }
  if (members.length === 0) return [[name, kind, 'nobody']]
  return members.map(({ person, until }) => {
    const end = until === null ? '' : `until ${isoTime(until)}`
    return [name, kind, person.id, person.name, person.emails.join(','), end]
  })
}

/** A day ends when it is over in UTC; whatever else it is, the schema says what is wrong with it. */
function endOf(until: string): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(until) : Number.NaN
  // Date.parse takes the 30th of February for a day of March.
  const isDay = !Number.isNaN(day) && isoTime(day).startsWith(until)
  return isDay ? isoTime(day + DAY_MS) : until
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  names: Record<string, string> = {},
): z.infer<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const nameOf = (field: string) => names[field] ?? `--${field}`
  const sentences = parsed.error.issues.map(({ path, message }) => `${nameOf(String(path[0]))}: ${message}`)
  throw new StartError(sentences.join('\n'))
}

function unknownGroup(name: string): StartError {
  return new StartError(`There is no group ${oneLine(name)}; countersign groups list names them.`)
}

async function withGroups(work: (groups: Groups) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env)
  const db = await openDatabase(config.databaseUrl, { as: 'tool', log: createLog('warn') })
  try {
    await work(createGroups({ db, clock: systemClock, isInUse: isNamedInForce, onAdded: announceAdded }))
  } finally {
    await db.close()
  }
}
