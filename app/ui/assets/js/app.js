// What the pages gain from a script. Every page works without it; each module looks only for its own data attributes.
import "./preferences.js";
import "./menus.js";
import "./keys.js";
import "./glance.js";
import "./viewer.js";
import "./palette.js";
import "./forms.js";
import "./drafts.js";
import "./files.js";
import "./mentions.js";
import "./phrases.js";
import "./session.js";
import "./here.js";
import "./requests.js";
import "./charting.js";
