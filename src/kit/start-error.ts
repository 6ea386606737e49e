// Why does it not start? A mistake that the person at the keyboard can mend: said in a sentence, without a stack.

export class StartError extends Error {}
