; Windows offers TuneDesk under "Open with" for these files, and what opens them now goes on doing so
; (learn.microsoft.com/windows/win32/shell/app-registration). electron-builder's own fileAssociations would make TuneDesk their program.

!macro tuneDeskOpens EXTENSION
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}\SupportedTypes" ".${EXTENSION}" ""
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}" "FriendlyAppName" "${PRODUCT_NAME}"
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  !insertmacro tuneDeskOpens "json"
  !insertmacro tuneDeskOpens "jsonl"
  !insertmacro tuneDeskOpens "ndjson"
  !insertmacro tuneDeskOpens "csv"
  !insertmacro tuneDeskOpens "tsv"
  !insertmacro tuneDeskOpens "xlsx"
  !insertmacro tuneDeskOpens "parquet"
  ; SHCNE_ASSOCCHANGED: Explorer reads it anew.
  System::Call "shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)"
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}"
  System::Call "shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)"
!macroend
