// Chat templates: renderTemplate(source, contextJson) gives the rendered text or throws an Error with the
// template's own message. contextJson holds the template's variables (messages, add_generation_prompt, ...);
// "now" (milliseconds since 1970, optional) sets the clock of strftime_now, "time_limit" (milliseconds, optional)
// ends a template with the message RAN_TOO_LONG. The script watches the clock itself, because interrupting Qt
// 6.4's engine while compiled code constructs an object can crash it (js_engine.h).
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';

// A conversation of the longest context is far smaller; a template that grows its text without end is not.
const LONGEST_TEXT = 1 << 24;
const LONGEST_LIST = 20000;
const LONGEST_RANGE = 2000; // a loop prepares all its rounds before the clock is looked at again
// The largest published templates have 50,000 characters.
const LONGEST_SOURCE = 120000;
const LONGEST_SPACE = 1000;
const DEEPEST_NESTING = 400;
const RAN_TOO_LONG = 'ran too long';

const probe = new Environment();
const StringValue = probe.set('text', '').constructor;
const FunctionValue = probe.set('function', () => '').constructor;
const NullValue = probe.set('null', null).constructor;
const IntegerValue = probe.set('integer', 0).constructor;
const BooleanValue = probe.set('boolean', false).constructor;

function strip(text, characters, left, right) {
    const drops = characters === undefined ? (c) => /\s/.test(c) : (c) => characters.indexOf(c) >= 0;
    let start = 0, end = text.length;
    if (left) while (start < end && drops(text[start])) ++start;
    if (right) while (end > start && drops(text[end - 1])) --end;
    return text.slice(start, end);
}

function argument(args, index, fallback) {
    const value = args[index];
    return value === undefined || value instanceof NullValue ? fallback : value.value;
}

// Nothing where split from the left gives the same parts.
function splitFromRight(text, args) {
    const separator = argument(args, 0, undefined);
    const most = argument(args, 1, -1);
    if (separator === undefined || most < 0) return undefined;
    const parts = text.split(separator);
    const head = parts.splice(0, Math.max(parts.length - most, 1)).join(separator);
    return [head].concat(parts);
}

// Python's string methods that templates call and the library lacks, or has without their arguments.
const methods = {
    strip: (text, args) => strip(text, argument(args, 0), true, true),
    lstrip: (text, args) => strip(text, argument(args, 0), true, false),
    rstrip: (text, args) => strip(text, argument(args, 0), false, true),
    removeprefix: (text, args) => text.startsWith(argument(args, 0, '')) ? text.slice(argument(args, 0, '').length) : text,
    removesuffix: (text, args) => {
        const suffix = argument(args, 0, '');
        return suffix && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
    },
    find: (text, args) => text.indexOf(argument(args, 0, '')),
    rfind: (text, args) => text.lastIndexOf(argument(args, 0, '')),
    count: (text, args) => text.split(argument(args, 0, '')).length - 1,
    isdigit: (text) => /^[0-9]+$/.test(text),
    isspace: (text) => /^\s+$/.test(text),
};

function wrap(value) {
    if (typeof value === 'number') return new IntegerValue(value);
    if (typeof value === 'boolean') return new BooleanValue(value);
    return new StringValue(value);
}

const inherited = Object.getOwnPropertyDescriptor(StringValue.prototype, 'builtins').get;
Object.defineProperty(StringValue.prototype, 'builtins', {
    configurable: true,
    get() {
        if (this.extended) return this.extended;
        const all = inherited.call(this);
        for (const name of Object.keys(methods))
            all.set(name, new FunctionValue((args) => wrap(methods[name](this.value, args))));
        all.set('rsplit', new FunctionValue((args) => {
            const parts = splitFromRight(this.value, args);
            return parts ? new Environment().set('parts', parts) : all.get('split').value(args);
        }));
        this.extended = all;
        return all;
    },
});

let deadline = Infinity;

function checkTime() {
    if (Date.now() > deadline) throw new Error(RAN_TOO_LONG);
}

class BoundedInterpreter extends Interpreter {
    evaluate(node, environment) {
        checkTime();
        const result = super.evaluate(node, environment);
        const value = result.value;
        if (typeof value === 'string' ? value.length > LONGEST_TEXT
                                      : Array.isArray(value) && value.length > LONGEST_LIST)
            throw new Error('the template writes without end');
        return result;
    }

    // A variable that is not set is in no list and no dictionary, as in Jinja2; the library refuses to look.
    evaluateBinaryExpression(node, environment) {
        const operator = node.operator.value;
        if ((operator === 'in' || operator === 'not in') && node.left.type === 'Identifier' &&
            this.evaluate(node.left, environment).type === 'UndefinedValue') {
            const right = this.evaluate(node.right, environment).value;
            if (Array.isArray(right) || right instanceof Map) return new BooleanValue(operator === 'not in');
        }
        return super.evaluateBinaryExpression(node, environment);
    }
}

// A list that holds itself twice, over and over, is small; written as text it has no end. Writing a list ends in
// join, once for each list in it.
const nativeJoin = Array.prototype.join;
Object.defineProperty(Array.prototype, 'join', {
    configurable: true,
    writable: true,
    value: function join(separator) {
        checkTime();
        return nativeJoin.call(this, separator);
    },
});

// Before the lexer and the parser, which do not watch the clock: the lexer looks for a tag behind every space of
// a run, which takes the square of the run's length, and the parser calls itself for every level of nesting.
function checkSource(source) {
    if (source.length > LONGEST_SOURCE) throw new Error('the template is too long');
    let run = 0, depth = 0;
    for (let i = 0; i < source.length; ++i) {
        const character = source[i];
        run = /\s/.test(character) ? run + 1 : 0;
        if ('([{'.indexOf(character) >= 0) ++depth;
        if (')]}'.indexOf(character) >= 0 && depth > 0) --depth;
        if (run > LONGEST_SPACE) throw new Error('the template is mostly empty space');
        if (depth > DEEPEST_NESTING) throw new Error('the template is nested too deeply');
    }
    depth = 0;
    for (const tag of source.match(/{%-?\s*(end)?(if|for|macro|call|filter)\b/g) || []) {
        depth += tag.indexOf('end') < 0 ? 1 : -1;
        if (depth > DEEPEST_NESTING) throw new Error('the template is nested too deeply');
    }
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
    'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

// Python's strftime in the C locale, whatever the user's language: it is the model that reads it.
function strftime(date, format) {
    const two = (n) => (n < 10 ? '0' : '') + n;
    const fields = {
        Y: () => String(date.getFullYear()), y: () => two(date.getFullYear() % 100),
        m: () => two(date.getMonth() + 1), d: () => two(date.getDate()),
        H: () => two(date.getHours()), M: () => two(date.getMinutes()), S: () => two(date.getSeconds()),
        I: () => two(date.getHours() % 12 || 12), p: () => (date.getHours() < 12 ? 'AM' : 'PM'),
        B: () => MONTHS[date.getMonth()], b: () => MONTHS[date.getMonth()].slice(0, 3),
        A: () => DAYS[date.getDay()], a: () => DAYS[date.getDay()].slice(0, 3), '%': () => '%',
    };
    return format.replace(/%([YymdHMSIpBbAa%])/g, (whole, letter) => fields[letter]());
}

function range(first, second, third) {
    const [start, stop, step] = second === undefined ? [0, first, 1] : [first, second, third === undefined ? 1 : third];
    if (step === 0) throw new Error('range() step must not be zero');
    if (Math.abs((stop - start) / step) > LONGEST_RANGE) throw new Error('range() is too long');
    const out = [];
    for (let i = start; step > 0 ? i < stop : i > stop; i += step) out.push(i);
    return out;
}

function environmentFor(context) {
    const now = context.now === undefined ? new Date() : new Date(context.now);
    const globals = {
        true: true, false: false, none: null, True: true, False: false, None: null, range,
        raise_exception: (message) => { throw new Error(String(message)); },
        strftime_now: (format) => strftime(now, format),
    };
    const environment = new Environment();
    const variables = Object.assign({}, context, globals);
    for (const name of Object.keys(variables))
        if (name !== 'now' && name !== 'time_limit') environment.set(name, variables[name]);
    return environment;
}

let parsedSource, parsed;

self.renderTemplate = (source, contextJson) => {
    const context = JSON.parse(contextJson);
    deadline = context.time_limit === undefined ? Infinity : Date.now() + context.time_limit;
    if (source !== parsedSource) {
        checkSource(source);
        parsed = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
        parsedSource = source;
    }
    return new BoundedInterpreter(environmentFor(context)).run(parsed).value;
};
