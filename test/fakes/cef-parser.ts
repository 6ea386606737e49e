// Reads a line of CEF as ArcSight's "Implementing CEF" defines it, and more strictly than SIEMs do.

export interface CefRecord {
  vendor: string
  product: string
  version: string
  eventClassId: string
  name: string
  severity: number
  extension: Record<string, string>
}

/** The dictionary's keys for who sends events, those that we may use, with the most characters of each. */
const DICTIONARY: Record<string, number> = {
  rt: 13,
  dvchost: 100,
  act: 63,
  app: 31,
  src: 15,
  dst: 15,
  shost: 1023,
  dhost: 1023,
  c6a2: 45,
  c6a2Label: 1023,
  c6a3: 45,
  c6a3Label: 1023,
  cnt: 10,
  externalId: 40,
  request: 1023,
  suid: 1023,
  suser: 1023,
  destinationServiceName: 1023,
  reason: 1023,
  msg: 1023,
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].flatMap((n) => [
      [`cs${n}`, 4000],
      [`cs${n}Label`, 1023],
    ]),
  ),
}
const HEADER_SIZES = { vendor: 63, product: 63, version: 31, eventClassId: 1023, name: 512 }

const HEADER = /^((?:[^\\|]|\\[\\|])*)\|/
/** The next pair: a value ends where a blank, a key and a bare equals sign follow, or with the line. */
const PAIR = /^([A-Za-z0-9]+)=((?:[^\\=]|\\[\\=nr])*?)(?: (?=[A-Za-z0-9]+=)|$)/

/** Throws, with what is wrong, for whatever a SIEM could read in another way. */
export function parseCef(line: string): CefRecord {
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(line)) throw new Error('a control character, or half of one')
  const { fields, rest } = header(line)
  const [format, vendor, product, version, eventClassId, name, severity] = fields as Header
  if (format !== 'CEF:0') throw new Error(`not CEF:0 but ${format}`)
  if (!/^(\d|10)$/.test(severity)) throw new Error(`the severity ${severity}`)
  const record = { vendor, product, version, eventClassId, name }
  for (const [field, most] of Object.entries(HEADER_SIZES)) {
    const { length } = record[field as keyof typeof HEADER_SIZES]
    if (length === 0 || length > most) throw new Error(`a ${field} of ${length} characters`)
  }
  return { ...record, severity: Number(severity), extension: extension(rest) }
}

type Header = [string, string, string, string, string, string, string]

function header(line: string): { fields: string[]; rest: string } {
  const fields: string[] = []
  let rest = line
  while (fields.length < 7) {
    const [whole, field] = HEADER.exec(rest) ?? []
    if (whole === undefined || field === undefined) throw new Error(`${fields.length} fields in the header`)
    fields.push(field.replace(/\\(.)/g, '$1'))
    rest = rest.slice(whole.length)
  }
  return { fields, rest }
}

function extension(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  let rest = text
  while (rest !== '') {
    const [whole, key, raw] = PAIR.exec(rest) ?? []
    if (whole === undefined || key === undefined || raw === undefined) throw new Error(`no pair at: ${rest}`)
    const value = raw.replace(/\\(.)/g, (_, mark) => ({ n: '\n', r: '\r' })[mark as string] ?? mark)
    const most = DICTIONARY[key]
    if (most === undefined) throw new Error(`the key ${key}, which the dictionary does not have`)
    if (Object.hasOwn(found, key)) throw new Error(`the key ${key} twice`)
    if (value.length > most) throw new Error(`${value.length} characters of ${key}`)
    if (value.trim() !== value || value === '') throw new Error(`blanks around ${key}, or nothing`)
    found[key] = value
    rest = rest.slice(whole.length)
  }
  return found
}
