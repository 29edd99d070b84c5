pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// Seconds as people read them.
QtObject {
    id: root

    // For what is over: a thought of less than a second did take a moment.
    function taken(seconds) {
        if (seconds >= 1)
            return root.text(seconds);
        return qsTr("%1 s").arg(Number(Math.max(0.1, seconds)).toLocaleString(Qt.locale(Theme.language), "f", 1));
    }

    function text(seconds) {
        const whole = Math.max(0, Math.floor(seconds));
        if (whole < 60)
            return qsTr("%1 s").arg(whole);
        return qsTr("%1 min %2 s").arg(Math.floor(whole / 60)).arg(whole % 60);
    }
}
