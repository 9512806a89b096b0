import type { Component } from 'svelte'

/** An icon of @lucide/svelte. */
export type Icon = Component<{ size?: number; 'aria-hidden'?: 'true' }>

/** The one next thing to do is `primary`; what belongs to a single line or a bar is `quiet`; what cannot be taken back is `danger`. */
export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger'
