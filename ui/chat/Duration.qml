pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick

// Seconds as people read them.
QtObject {
    id: root

    function text(seconds) {
        const whole = Math.max(0, Math.floor(seconds));
        if (whole < 60)
            return qsTr("%1 s").arg(whole);
        return qsTr("%1 min %2 s").arg(Math.floor(whole / 60)).arg(whole % 60);
    }
}
