import type { Language } from '../contract/error.ts'

const en = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  train: 'Train',
  window: 'Window',
  help: 'Help',
  /** By Electron's names of what it does itself. */
  roles: {
    about: 'About TuneDesk',
    services: 'Services',
    hide: 'Hide TuneDesk',
    hideOthers: 'Hide Others',
    unhide: 'Show All',
    quit: 'Quit TuneDesk',
    close: 'Close Window',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select All',
    resetZoom: 'Actual Size',
    zoomIn: 'Zoom In',
    zoomOut: 'Zoom Out',
    togglefullscreen: 'Full Screen',
    toggleDevTools: 'Developer Tools',
    minimize: 'Minimize',
    zoom: 'Zoom',
  },
}

const zh: typeof en = {
  file: '文件',
  edit: '编辑',
  view: '视图',
  train: '训练',
  window: '窗口',
  help: '帮助',
  roles: {
    about: '关于 TuneDesk',
    services: '服务',
    hide: '隐藏 TuneDesk',
    hideOthers: '隐藏其他',
    unhide: '全部显示',
    quit: '退出 TuneDesk',
    close: '关闭窗口',
    undo: '撤销',
    redo: '重做',
    cut: '剪切',
    copy: '拷贝',
    paste: '粘贴',
    selectAll: '全选',
    resetZoom: '实际大小',
    zoomIn: '放大',
    zoomOut: '缩小',
    togglefullscreen: '全屏',
    toggleDevTools: '开发者工具',
    minimize: '最小化',
    zoom: '缩放',
  },
}

/** What the window's own actions do not name: the menus themselves, and the entries of every application. */
export const MENU_WORDS: Readonly<Record<Language, typeof en>> = { en, zh }
