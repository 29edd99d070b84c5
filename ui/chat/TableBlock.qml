pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// A table; a wide one scrolls sideways. header: [html], rows: [[html]], align: ["left", ...].
Rectangle {
    id: root

    required property var header
    required property var rows
    required property var align
    readonly property int columns: root.header.length
    readonly property var cells: root.header.concat(...root.rows)

    implicitHeight: scroll.height + 2
    radius: Theme.panelRadius
    color: "transparent"
    border.width: 1
    border.color: Theme.hairline

    Flickable {
        id: scroll

        x: 1
        y: 1
        width: root.width - 2
        height: grid.implicitHeight
        contentWidth: Math.max(width, grid.implicitWidth)
        contentHeight: height
        flickableDirection: Flickable.HorizontalFlick
        boundsBehavior: Flickable.StopAtBounds
        clip: contentWidth > width
        interactive: contentWidth > width
        SlimScrollBar.horizontal: SlimScrollBar {}

        GridLayout {
            id: grid

            width: scroll.contentWidth
            columns: Math.max(1, root.columns)
            columnSpacing: 0
            rowSpacing: 0

            Repeater {
                model: IndexModel {
                    count: root.cells.length
                }
                delegate: Item {
                    id: cell

                    required property int index
                    readonly property int row: Math.floor(cell.index / grid.columns)
                    readonly property string side: root.align[cell.index % grid.columns] ?? "left"

                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    implicitWidth: Math.min(320, text.implicitWidth + 2 * Theme.s3)
                    implicitHeight: text.implicitHeight + 2 * 5

                    Rectangle {
                        width: parent.width
                        height: 1
                        visible: cell.row > 0
                        color: Theme.hairline
                    }

                    RichText {
                        id: text

                        x: Theme.s3
                        y: 5
                        width: cell.width - 2 * Theme.s3
                        html: root.cells[cell.index] ?? ""
                        font: cell.row === 0 ? Theme.labelStrong : Theme.thought
                        lineHeight: 22
                        horizontalAlignment: cell.side === "right" ? TextEdit.AlignRight : cell.side === "center" ? TextEdit.AlignHCenter : TextEdit.AlignLeft
                    }
                }
            }
        }
    }
}
