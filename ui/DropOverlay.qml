pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// Takes models dropped anywhere on the window and shows beforehand what will happen.
DropArea {
    id: root

    readonly property DropPreview preview: App.library.preview

    keys: ["text/uri-list"]
    onEntered: drag => {
        root.preview.inspect(drag.urls);
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
                color: root.preview.accepts ? Theme.accent : Theme.error
            }

            Column {
                id: texts

                x: 26
                y: Theme.s6
                width: card.width - 2 * x
                spacing: Theme.s3

                Label {
                    width: parent.width
                    text: root.preview.title
                    font: Theme.heading1
                }

                Rectangle {
                    width: parent.width
                    height: 1
                    color: Theme.hairline
                }

                ListView {
                    width: parent.width
                    height: Math.min(contentHeight, root.height / 2)
                    clip: true
                    interactive: false
                    model: root.preview
                    delegate: Row {
                        id: thing

                        required property string name
                        required property string detail
                        required property string remedy
                        required property bool addable

                        width: ListView.view.width
                        spacing: Theme.s3
                        bottomPadding: Theme.s2

                        Icon {
                            id: sign

                            y: 3
                            name: thing.addable ? "file" : "warning"
                            color: thing.addable ? Theme.accent : Theme.error
                        }

                        Column {
                            width: parent.width - sign.width - parent.spacing

                            Label {
                                width: parent.width
                                text: thing.name
                                font: Theme.thought
                                elide: Text.ElideMiddle
                            }

                            Label {
                                width: parent.width
                                text: thing.remedy.length > 0 ? thing.detail + " " + thing.remedy : thing.detail
                                font: Theme.note
                                color: Theme.soft
                                wrapMode: Text.Wrap
                                elide: Text.ElideNone
                            }
                        }
                    }
                }

                Label {
                    width: parent.width
                    text: root.preview.note
                    font: Theme.note
                    color: Theme.faint
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                }
            }
        }
    }
}
