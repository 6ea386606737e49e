// @ts-check
// Which picture is meant by `:name:`, or by its character? Drawn, since not every machine has a font for them.

/** @typedef {{ d: string, fill?: string, stroke?: string }} Path */

const disc = (/** @type {string} */ fill) => [{ d: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z', fill }]

/** @type {Record<string, Path[]>} */
const DRAWN = {
  white_check_mark: [
    {
      d: 'M5 1.5h10a3.5 3.5 0 0 1 3.5 3.5v10a3.5 3.5 0 0 1-3.5 3.5H5A3.5 3.5 0 0 1 1.5 15V5A3.5 3.5 0 0 1 5 1.5z',
      fill: '#1f9d61',
    },
    { d: 'm5.5 10.5 3 3 6-7', stroke: '#fff' },
  ],
  x: [{ d: 'm4 4 12 12M16 4 4 16', stroke: '#d9304f' }],
  warning: [
    { d: 'M10 2 19 17.5H1z', fill: '#f2b01e' },
    { d: 'M10 7.5v4.5m0 2.8v.1', stroke: '#3d2b00' },
  ],
  hourglass: [
    { d: 'M5 2.5h10c0 4.5-4 5-4 7.5s4 3 4 7.5H5c0-4.5 4-5 4-7.5s-4-3-4-7.5z', fill: '#e3a83b' },
    { d: 'M4 2.5h12M4 17.5h12', stroke: '#8a6a3a' },
  ],
  lock: [
    { d: 'M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9', stroke: '#8b8799' },
    {
      d: 'M5 8.5h10A1.5 1.5 0 0 1 16.5 10v6.5A1.5 1.5 0 0 1 15 18H5a1.5 1.5 0 0 1-1.5-1.5V10A1.5 1.5 0 0 1 5 8.5z',
      fill: '#e3a83b',
    },
  ],
  no_entry: [...disc('#d9304f'), { d: 'M5.5 10h9', stroke: '#fff' }],
  no_entry_sign: [
    { d: 'M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM4.8 4.8l10.4 10.4', stroke: '#d9304f' },
  ],
  exclamation: [
    { d: 'M7.6 1.5h4.8l-1 11.5H8.6zM10 14.7a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8z', fill: '#d9304f' },
  ],
  rotating_light: [
    { d: 'M5 14.5V11a5 5 0 0 1 10 0v3.5z', fill: '#d9304f' },
    { d: 'M3.5 14.5h13V18h-13z', fill: '#6d6a78' },
    { d: 'M10 1.5V3M3 4l1.3 1.3M17 4l-1.3 1.3', stroke: '#ef8b2c' },
  ],
  information_source: [
    {
      d: 'M5 1.5h10a3.5 3.5 0 0 1 3.5 3.5v10a3.5 3.5 0 0 1-3.5 3.5H5A3.5 3.5 0 0 1 1.5 15V5A3.5 3.5 0 0 1 5 1.5z',
      fill: '#3b82d9',
    },
    { d: 'M10 9.5v5m0-8.6v.1', stroke: '#fff' },
  ],
  eyes: [
    {
      d: 'M6 4a3.5 6 0 1 1 0 12A3.5 6 0 0 1 6 4zm8 0a3.5 6 0 1 1 0 12 3.5 6 0 0 1 0-12z',
      fill: '#fff',
      stroke: '#8b8799',
    },
    {
      d: 'M6.9 8.2a1.9 2.5 0 1 1 0 5 1.9 2.5 0 0 1 0-5zm8 0a1.9 2.5 0 1 1 0 5 1.9 2.5 0 0 1 0-5z',
      fill: '#2b2933',
    },
  ],
  test_tube: [{ d: 'M6.5 2h7M8 2.5V15a2 2 0 0 0 4 0V2.5M8 10h4', stroke: '#1f9d61' }],
  red_circle: disc('#d9304f'),
  large_orange_circle: disc('#ef8b2c'),
  large_yellow_circle: disc('#efc52c'),
  large_green_circle: disc('#1f9d61'),
  large_blue_circle: disc('#3b82d9'),
  black_circle: disc('#2b2933'),
  white_circle: disc('#d6d3dc'),
}
DRAWN.hourglass_flowing_sand = /** @type {Path[]} */ (DRAWN.hourglass)

/**
 * @param {string} name without the colons
 * @returns {Node} the name as it was written where no such picture is known
 */
export function picture(name) {
  if (!Object.hasOwn(DRAWN, name)) return document.createTextNode(`:${name}:`)
  return drawing(DRAWN[name] ?? [], name.replaceAll('_', ' '))
}

/** @type {Record<string, string>} */
const CHARACTERS = {
  '\u2705': 'white_check_mark',
  '\u274c': 'x',
  '\u231b': 'hourglass',
  '\u{1f6ab}': 'no_entry_sign',
  '\u26a0': 'warning',
  '\u2757': 'exclamation',
  '\u{1f6a8}': 'rotating_light',
  '\u2139': 'information_source',
  '\u{1f9ea}': 'test_tube',
  '\u{1f440}': 'eyes',
}
const KNOWN = new RegExp(`(${Object.keys(CHARACTERS).join('|')})\ufe0f?`, 'u')

/**
 * @param {string} text
 * @returns {Node[]} with pictures in place of the characters that are known
 */
export function withPictures(text) {
  return text.split(KNOWN).map((part) => {
    const name = CHARACTERS[part]
    return name ? picture(name) : document.createTextNode(part)
  })
}

const SVG = 'http://www.w3.org/2000/svg'

/**
 * @param {Path[]} paths
 * @param {string} label
 */
function drawing(paths, label) {
  const svg = document.createElementNS(SVG, 'svg')
  const attributes = { viewBox: '0 0 20 20', class: 'emoji', role: 'img', 'aria-label': label }
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value)
  for (const { d, fill = 'none', stroke } of paths) {
    const path = document.createElementNS(SVG, 'path')
    path.setAttribute('d', d)
    path.setAttribute('fill', fill)
    if (stroke) path.setAttribute('stroke', stroke)
    svg.append(path)
  }
  return svg
}
