// Says how many times as hard as usual the tests try; `npm run soak` asks for more.

export const EFFORT = Number(process.env.TEST_EFFORT ?? 1)
