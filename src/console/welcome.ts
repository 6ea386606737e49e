// Draws the page at the root of the server, which says to a person where to go from there.

const SANDBOX = `
      <li>
        <a href="/sandbox">Sandbox</a>
        <p>Let a sample agent ask, and approve or deny it. It all happens on this machine.</p>
      </li>`

/** Nothing in it comes from a request. */
export function welcomePage({ hasSandbox }: { hasSandbox: boolean }): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Countersign</title>
  <link rel="icon" href="/console/mark.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/console/base.css">
  <link rel="stylesheet" href="/console/frame.css">
  <link rel="stylesheet" href="/console/welcome.css">
</head>
<body>
  <header class="top">
    <img src="/console/mark.svg" alt="" width="30" height="30">
    <p class="product">Countersign</p>
  </header>
  <main class="welcome">
    <h1>This server asks people before AI agents act</h1>
    <p>Is a card waiting for you? Open it from Slack, Teams or wherever it was sent: <em>View in Console</em> on the card leads to its page here.</p>
    <ul class="panel">${hasSandbox ? SANDBOX : ''}
      <li>
        <a href="/docs/slack.md">Connect Slack</a>, <a href="/docs/teams.md">Microsoft Teams</a> or <a href="/docs/destinations.md">another channel</a>
        <p>Step by step, with what to do when something is wrong.</p>
      </li>
      <li>
        <a href="/docs/api.md">The API</a> and its <a href="/openapi.json">OpenAPI description</a>
        <p>How an agent asks and hears the answer.</p>
      </li>
      <li>
        <a href="/docs/operations.md">Operations</a>, <a href="/healthz">health</a> and <a href="/readyz">readiness</a>
        <p>For whoever runs this server.</p>
      </li>
    </ul>
  </main>
</body>
</html>
`
}
