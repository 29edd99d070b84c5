// What Qt 6.4's JavaScript engine lacks and the bundled libraries use. Put in front of every bundle by build.js;
// each piece steps aside where the engine has the real thing.
var self = this, globalThis = this;

// RegExp's "s" flag: esbuild turns /.../s literals into constructor calls for es2016, so this is where it ends up.
// Dots outside classes become [\s\S].
(function () {
    var Native = RegExp;
    try { new Native('.', 's'); return; } catch (unsupported) { /* the wrapper below */ }
    var TOKEN = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\./g;
    function Wrapped(pattern, flags) {
        if (flags === undefined || String(flags).indexOf('s') < 0) return new Native(pattern, flags);
        var source = pattern instanceof Native ? pattern.source : String(pattern);
        var dotAll = source.replace(TOKEN, function (token) { return token === '.' ? '[\\s\\S]' : token; });
        return new Native(dotAll, String(flags).replace('s', ''));
    }
    Wrapped.prototype = Native.prototype;
    self.RegExp = Wrapped;
})();

(function () {
    function supply(owner, name, value) {
        if (!owner[name])
            Object.defineProperty(owner, name, { value: value, configurable: true, writable: true });
    }
    function at(index) {
        var i = Math.trunc(index) || 0;
        return this[i < 0 ? this.length + i : i];
    }
    supply(Array.prototype, 'at', at);
    supply(String.prototype, 'at', at);
    supply(Array.prototype, 'flat', function flat(depth) {
        var levels = depth === undefined ? 1 : depth;
        return this.reduce(function (out, item) {
            return out.concat(Array.isArray(item) && levels > 0 ? flat.call(item, levels - 1) : [item]);
        }, []);
    });
    supply(Array.prototype, 'flatMap', function (each, thisArgument) {
        return this.map(each, thisArgument).flat();
    });
    supply(Object, 'fromEntries', function (entries) {
        var out = {};
        for (var entry of entries) out[entry[0]] = entry[1];
        return out;
    });
    supply(String.prototype, 'trimStart', function () { return this.replace(/^\s+/, ''); });
    supply(String.prototype, 'trimEnd', function () {
        var end = this.length;
        while (end > 0 && /\s/.test(this[end - 1])) --end;
        return this.slice(0, end);
    });
    supply(String.prototype, 'replaceAll', function (search, replacement) {
        if (search instanceof RegExp) return this.replace(search, replacement);
        var text = String(this), pieces = text.split(search), out = pieces[0], offset = pieces[0].length;
        for (var i = 1; i < pieces.length; ++i) {
            out += typeof replacement === 'function' ? replacement(search, offset, text) : replacement;
            out += pieces[i];
            offset += search.length + pieces[i].length;
        }
        return out;
    });
    supply(String.prototype, 'matchAll', function (pattern) {
        var copy = new RegExp(pattern.source, pattern.flags), found = [], match;
        while ((match = copy.exec(this)) !== null) {
            found.push(match);
            if (match[0] === '') ++copy.lastIndex;
        }
        return found;
    });
})();
