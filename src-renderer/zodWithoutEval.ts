import { z } from 'zod'

// The page's policy forbids making functions out of text, and zod would try. Imported before every schema.
z.config({ jitless: true })
