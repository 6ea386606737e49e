// Keeps anybody's text on one line of the terminal.

/** Names are anybody's text: none may begin a line of its own, or steer the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ')
}
