// Made from resources/errors.md by scripts/errors.ts. Edit the book, not this file.
export const ERRORS = {
  "internal/unexpected": {"kind":"ours","en":{"what":"Something went wrong inside TuneDesk: {reason}. Your files are untouched.","fix":"Please report it with the text above."},"zh":{"what":"TuneDesk 内部出错：{reason}。你的文件没有改动。","fix":"请附上以上文字反馈给我们。"}},
} as const
