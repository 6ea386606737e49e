#!/usr/bin/env node
// Runs the command line, or says which Node.js it needs. An old Node.js must be able to read this file.

const NEEDED = 24

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  void import('../src/cli/countersign.ts')
} else {
  console.error(
    `Countersign needs Node.js ${NEEDED} or later, and this is ${process.versions.node}: install it, or run npm ci, which brings it for npm start and npx.`,
  )
  process.exitCode = 1
}
