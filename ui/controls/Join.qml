pragma Singleton
pragma ComponentBehavior: Bound

import QtQml

// Facts in a line, without those that are not known.
QtObject {
    function facts(parts: var): string {
        return parts.filter(part => part.length > 0).join(" · ");
    }
    // A number stays on the line of its unit.
    function unbroken(text: string): string {
        return text.replace(/(\d) (?=[KMGT]B)/g, "$1\u00a0");
    }
    // Facts as screen readers say it.
    function spoken(parts: var): string {
        return parts.filter(part => part.length > 0).join(", ");
    }
}
