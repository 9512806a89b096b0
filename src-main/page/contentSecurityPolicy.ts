/** What the window's page may do, in Electron and in a browser alike: use what comes from where it comes from itself, and nothing else. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // Svelte makes its elements from templates that the compiler wrote; nothing else may turn text into elements.
  'trusted-types svelte-trusted-html',
].join('; ')
