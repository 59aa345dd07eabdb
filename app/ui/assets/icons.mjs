// Name in the templates: name in @tabler/icons.
export const ICONS = {
  alert: "alert-triangle", back: "arrow-left", bell: "bell", calendar: "calendar", check: "check", chevron: "chevron-down",
  clock: "clock", close: "x", copy: "copy", dots: "dots", download: "download", external: "external-link", eye: "eye",
  file: "file-text", filter: "filter", globe: "language", history: "history", image: "photo", info: "info-circle", keyboard: "keyboard",
  link: "link", lock: "lock", menu: "menu-2", moon: "moon", paperclip: "paperclip", pause: "player-pause", plus: "plus",
  print: "printer", refresh: "refresh", right: "chevron-right", left: "chevron-left", search: "search", send: "send",
  signout: "logout", size: "text-size", sun: "sun", theme: "contrast-2", trash: "trash", up: "arrow-up", down: "arrow-down", upload: "upload",
  user: "user", users: "users",
};
