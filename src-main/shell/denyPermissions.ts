import type { Setup } from './electron.ts'

/** The window needs no camera, place, device or notification, so no page gets one, and none is asked about. */
export const denyPermissions: Setup = ({ session }) => {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, _permission, callback) => callback(false))
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)
}
