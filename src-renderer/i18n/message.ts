/** A text, or one for each plural form that the language tells apart by the parameter `count`. `{name}` stands for a parameter. */
export type Message = string | { one: string; other: string }

/** Everything that a language must say to stand beside English: a key that is missing fails the type check. */
export type SameKeys<Messages> = { [Key in keyof Messages]: Message }
