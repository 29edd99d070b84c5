pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Ui.Theme

// A device's memory and what a model takes of it: weights, context, work space. Parts of 0..1.
Rectangle {
    id: root

    required property real weights
    required property real context
    required property real workSpace
    readonly property var parts: [
        {
            share: root.weights,
            color: Theme.accent
        },
        {
            share: root.context,
            color: Theme.memoryContext
        },
        {
            share: root.workSpace,
            color: Theme.memoryWork
        }
    ]

    // Where a part begins or ends on the bar; what is too much for the device ends with the bar.
    function edge(index: int): real {
        let sum = 0;
        for (let i = 0; i < index; ++i)
            sum += root.parts[i].share;
        return Math.round(root.width * Math.max(0, Math.min(1, sum)));
    }

    implicitHeight: 8
    radius: height / 2
    color: Theme.hairline

    Repeater {
        model: 3
        delegate: Item {
            id: part

            required property int index

            x: root.edge(part.index)
            width: root.edge(part.index + 1) - x
            height: root.height
            clip: true

            // Cut out of a bar with round ends, so that only the ends of the whole are round.
            Rectangle {
                x: -part.x
                width: root.width
                height: root.height
                radius: root.radius
                color: root.parts[part.index].color
            }
        }
    }
}
