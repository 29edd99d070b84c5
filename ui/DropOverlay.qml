pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Takes models dropped anywhere on the window and shows beforehand what will happen.
DropArea {
    id: root

    property bool accepts: false
    property string title
    property string detail

    keys: ["text/uri-list"]
    onEntered: drag => {
        const found = App.library.inspect(drag.urls);
        root.accepts = found.ok;
        root.title = found.title;
        root.detail = found.detail;
        drag.accept(Qt.CopyAction);
    }
    onDropped: drop => {
        App.library.openDropped(drop.urls);
        drop.accept(Qt.CopyAction);
    }

    Rectangle {
        anchors.fill: parent
        visible: root.containsDrag
        color: Theme.veil

        SoftShadow {
            anchors.fill: card
            radius: 16
            reach: Theme.s4
        }

        Rectangle {
            id: card

            anchors.centerIn: parent
            width: Math.min(560, parent.width - 2 * Theme.s6)
            height: texts.implicitHeight + 2 * Theme.s6
            radius: 16
            color: Theme.surface

            DashedFrame {
                anchors.fill: parent
                color: root.accepts ? Theme.accent : Theme.error
            }

            Column {
                id: texts

                x: 26
                y: Theme.s6
                width: card.width - 2 * x
                spacing: Theme.s3

                Label {
                    width: parent.width
                    text: root.accepts ? qsTr("Drop to open this model") : qsTr("This cannot be opened")
                    font: Theme.heading1
                }

                Rectangle {
                    width: parent.width
                    height: 1
                    color: Theme.hairline
                }

                Row {
                    width: parent.width
                    spacing: Theme.s3

                    Icon {
                        id: sign

                        y: 3
                        name: root.accepts ? "file" : "warning"
                        color: root.accepts ? Theme.accent : Theme.error
                    }

                    Column {
                        width: parent.width - sign.width - parent.spacing

                        Label {
                            width: parent.width
                            text: root.title
                            font: Theme.thought
                            elide: Text.ElideMiddle
                        }

                        Label {
                            width: parent.width
                            visible: text.length > 0
                            text: root.detail
                            font: Theme.note
                            color: Theme.soft
                            wrapMode: Text.Wrap
                            elide: Text.ElideNone
                        }
                    }
                }

                Label {
                    width: parent.width
                    text: qsTr("The file stays where it is and is not changed.")
                    font: Theme.note
                    color: Theme.faint
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                }
            }
        }
    }
}
