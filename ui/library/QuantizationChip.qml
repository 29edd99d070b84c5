pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.Desktop
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// The quantization a model is judged with; opens the menu of all, each with its size and verdict.
ButtonBase {
    id: root

    required property string quantization
    required property var choices // of FitListModel
    property QuantizationMenu menu: null

    signal chosen(string name)

    function open() {
        if (!root.menu)
            root.menu = menuMaker.createObject(root) as QuantizationMenu;
        root.menu.open();
    }

    text: root.quantization
    enabled: root.choices.length > 0
    leftPadding: 6
    rightPadding: 5
    implicitHeight: 22
    Accessible.role: Accessible.ButtonMenu
    Accessible.name: qsTr("Quantization: %1").arg(root.quantization)
    onClicked: root.open()
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Down && event.modifiers & Qt.AltModifier) {
            root.open();
            event.accepted = true;
        }
    }

    contentItem: RowLayout {
        spacing: Theme.s1

        Label {
            text: root.quantization
            font: Theme.small
            color: Theme.soft
        }

        Icon {
            Layout.preferredWidth: 9
            Layout.preferredHeight: 9
            visible: root.choices.length > 1
            name: "chevron-down"
            color: Theme.faint
            stroke: 2
        }
    }
    background: Rectangle {
        radius: Theme.chipRadius
        color: root.hovered || root.down ? Theme.hover : "transparent"
        border.width: 1
        border.color: Theme.hairline

        FocusRing {
            shown: root.visualFocus
            radius: Theme.chipRadius + Theme.focusWidth
        }
    }

    // Made when it is first opened: the page has many rows.
    Component {
        id: menuMaker

        QuantizationMenu {
            y: root.height + Theme.s1
            choices: root.choices
            current: root.quantization
            onChosen: name => root.chosen(name)
        }
    }
}
