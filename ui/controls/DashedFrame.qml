pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A dashed frame with round corners, the sign of a place to drop something.
Canvas {
    id: root

    property real radius: 16
    property color color: Theme.accent

    onColorChanged: root.requestPaint()
    onWidthChanged: root.requestPaint()
    onHeightChanged: root.requestPaint()
    onPaint: {
        const context = root.getContext("2d");
        context.reset();
        context.strokeStyle = root.color;
        context.lineWidth = 1.5;
        context.setLineDash([3, 2]);
        context.beginPath();
        context.roundedRect(0.75, 0.75, root.width - 1.5, root.height - 1.5, root.radius, root.radius);
        context.stroke();
    }
}
