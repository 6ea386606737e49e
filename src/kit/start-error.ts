// Declares the error for a start mistake that a person can mend: said in a sentence, without a stack.

export class StartError extends Error {}
