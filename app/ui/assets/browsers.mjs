// What an office PC may still run: Chromium 109 (the last for Windows 7), Firefox 115 ESR, Safari 15.4.
const version = (major, minor = 0) => (major << 16) | (minor << 8);
export default { chrome: version(109), edge: version(109), firefox: version(115), safari: version(15, 4), ios_saf: version(15, 4) };
