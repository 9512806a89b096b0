export const settings = {
  'settings.system': 'As the system',
  'settings.look': 'Language and look',
  'settings.language': 'Language',
  'settings.theme': 'Theme',
  'settings.light': 'Light',
  'settings.dark': 'Dark',
  'settings.contrast': 'Contrast',
  'settings.more-contrast': 'High',

  'settings.folders': 'Folders',
  'settings.projects-folder': 'Folder for new projects',
  'settings.projects-folder-about': 'Projects that are there already stay where they are.',
  'settings.choose': 'Choose…',
  'settings.save-folder': 'Use this folder',
  'settings.reset-folder': 'Back to the usual folder',
  'settings.logs-folder': 'The log is in',

  'settings.log': 'Log',
  'settings.log-about':
    'Starts, trainings and what went wrong. Your examples, questions and answers are never written to it, and it is sent nowhere.',
  'settings.log-lines': 'The newest lines of the log',
  'settings.log-reading': 'Reading the log',
  'settings.log-empty': 'Nothing is in the log yet.',
  'settings.refresh': 'Refresh',
  'settings.save-log': 'Save a copy without personal data',
  'settings.save-log-about':
    'In the copy, your home folder, your user name, this computer’s name and access tokens are replaced. Have a look before you pass it on.',
  'settings.log-saved': 'The copy is saved as {path}.',

  'settings.about': 'About TuneDesk',
  'settings.version': 'TuneDesk {version}',
  'settings.license':
    'TuneDesk is open source under the Apache License 2.0. What it is made with keeps its own licences, listed in THIRD_PARTY_NOTICES.md.',
  'settings.shortcuts': 'Keyboard shortcuts',
  'settings.shortcuts-everywhere': 'Everywhere',
  'settings.shortcuts-home': 'All projects',
  'settings.shortcuts-examples': 'Examples',
  'settings.shortcuts-train': 'Train',
  'settings.action': 'Action',
  'settings.keys': 'Keys',
}
