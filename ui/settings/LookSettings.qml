pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Ponder.App
import Ponder.Ui.Controls
import Ponder.Ui.Theme

// How the window looks and behaves.
ColumnLayout {
    id: root

    spacing: Theme.s3

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Language")

        ChoiceBox {
            width: 200
            name: qsTr("Language")
            value: App.settings.language
            // Languages are named in themselves, so that everyone finds their own.
            choices: [
                {
                    value: "system",
                    text: qsTr("As the system")
                },
                {
                    value: "en",
                    text: "English"
                },
                {
                    value: "zh_CN",
                    text: "简体中文"
                },
                {
                    value: "ko",
                    text: "한국어"
                }
            ]
            onChosen: chosen => App.settings.language = chosen
        }
    }

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Colours")

        ChoiceBox {
            width: 200
            name: qsTr("Colours")
            value: App.settings.theme
            choices: [
                {
                    value: "system",
                    text: qsTr("As the system")
                },
                {
                    value: "light",
                    text: qsTr("Light")
                },
                {
                    value: "dark",
                    text: qsTr("Dark")
                }
            ]
            onChosen: chosen => App.settings.theme = chosen
        }
    }

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Thoughts")
        note: qsTr("What happens to the thoughts of a model when it answers")

        ChoiceBox {
            width: 200
            name: qsTr("Thoughts")
            value: App.settings.thoughtsMode
            choices: [
                {
                    value: "fold",
                    text: qsTr("Fold after thinking")
                },
                {
                    value: "open",
                    text: qsTr("Always open")
                },
                {
                    value: "closed",
                    text: qsTr("Always folded")
                }
            ]
            onChosen: chosen => App.settings.thoughtsMode = chosen
        }
    }

    SettingRow {
        Layout.fillWidth: true
        name: qsTr("Less motion")
        note: qsTr("Nothing slides, fades or breathes")

        OnOffSwitch {
            text: qsTr("Less motion")
            checked: App.settings.reducedMotion
            onToggled: App.settings.reducedMotion = checked
        }
    }
}
