// Lists the paths where Teams calls us; at the second, Microsoft's samples and tools expect a bot.

export const ENDPOINTS = { interactions: '/v1/webhooks/teams/interactions', alias: '/api/messages' } as const
