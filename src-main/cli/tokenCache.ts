import { dataFolderOf, tokenCacheFolder } from '../services/dataFolder.ts'

/** Where rows that were tokenised are kept for the window, the server and every command alike. */
export const tokenCache = (): string => tokenCacheFolder(dataFolderOf(process.platform, process.env))
