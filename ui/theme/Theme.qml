pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick
import Ponder.App
import Ponder.Desktop

// Every colour, font, distance and duration of the window. The looks are in light / dark pairs; text on each
// of its grounds keeps a contrast of at least 4.5:1.
QtObject {
    id: root

    readonly property bool dark: App.settings.theme === "dark" || (App.settings.theme === "system" && ThemeSource.dark)
    readonly property string language: LanguageSwitch.language
    readonly property bool cjk: root.language !== "en"

    // Grounds
    readonly property color background: root.dark ? "#171614" : "#FBFAF8"
    readonly property color surface: root.dark ? "#201F1C" : "#FFFFFF"
    readonly property color sidebar: root.dark ? "#121110" : "#F3F1EC"
    readonly property color thoughts: root.dark ? "#1C1B18" : "#F6F4EF"
    readonly property color ownMessage: root.dark ? "#2A2824" : "#EDEAE3"
    readonly property color accentGround: root.dark ? "#17312F" : "#E1F0EE"
    readonly property color warningGround: root.dark ? "#33291A" : "#FBEFD9"
    readonly property color errorGround: root.dark ? "#3A211C" : "#FBE6E1"
    readonly property color hover: root.dark ? "#0FFFFFFF" : "#0A000000"
    readonly property color veil: root.dark ? "#DB171614" : "#DBFBFAF8"
    readonly property color scrim: root.dark ? "#99000000" : "#521D1B18"

    // Text and lines
    readonly property color text: root.dark ? "#ECE9E3" : "#1D1B18"
    readonly property color soft: root.dark ? "#A8A297" : "#655F56"
    readonly property color faint: root.dark ? "#8F897E" : "#736D64"
    readonly property color hairline: root.dark ? "#2F2D29" : "#E5E1D9"
    readonly property color outline: root.dark ? "#45423D" : "#CFC9BE" // a hairline that has the keyboard
    readonly property color accent: root.dark ? "#55C2B8" : "#0B6E69"
    readonly property color accentText: root.dark ? "#121110" : "#FFFFFF"
    readonly property color warning: root.dark ? "#E5B45E" : "#9A5B00"
    readonly property color error: root.dark ? "#F08A76" : "#A8321F"
    readonly property color selection: root.dark ? "#2F7F79" : "#B9D8D4"
    readonly property color memoryContext: root.dark ? "#2F7F79" : "#5FA8A2" // beside the accent for the weights
    readonly property color memoryWork: root.dark ? "#234E4B" : "#B9D8D4"
    readonly property color shadow: root.dark ? "#24000000" : "#06000000"

    // Fonts
    readonly property font body: Typeface.text(root.language, 15, 400)
    readonly property font thought: Typeface.text(root.language, 14, 400)
    readonly property font label: Typeface.text(root.language, 13.5, 400)
    readonly property font labelMedium: Typeface.text(root.language, 13.5, 500)
    readonly property font labelStrong: Typeface.text(root.language, 13.5, 600)
    readonly property font note: Typeface.text(root.language, 12.5, 400)
    readonly property font noteMedium: Typeface.text(root.language, 12.5, 500)
    readonly property font small: Typeface.text(root.language, 12, 400)
    readonly property font brand: Typeface.text(root.language, 15, 600)
    readonly property font heading1: Typeface.text(root.language, 20, 600)
    readonly property font heading2: Typeface.text(root.language, 17.5, 600)
    readonly property font heading3: Typeface.text(root.language, 15, 600)
    readonly property font code: Typeface.code(root.language, 13)
    readonly property string codeFamilies: Typeface.codeFamilies(root.language)
    readonly property real lineFactor: root.cjk ? 1.7 : 1.6
    readonly property real bodyLine: Math.round(15 * root.lineFactor)
    readonly property real thoughtLine: Math.round(14 * (root.lineFactor + 0.02))
    readonly property real noteLine: 18
    readonly property real codeLine: 20

    // Distances
    readonly property int s1: 4
    readonly property int s2: 8
    readonly property int s3: 12
    readonly property int s4: 16
    readonly property int s5: 20
    readonly property int s6: 24
    readonly property int betweenTurns: 18
    readonly property int betweenBlocks: 10
    readonly property int column: 760
    readonly property int sidebarWidth: 248
    readonly property int topBarHeight: 52
    readonly property int foldBelow: 880
    readonly property int controlHeight: 34
    readonly property int composerRadius: 14
    readonly property int panelRadius: 10
    readonly property int buttonRadius: 8
    readonly property int chipRadius: 5
    readonly property int focusWidth: 2

    // How well a model fits, as FitListModel names it.
    function verdictColor(verdict: string): color {
        if (verdict === "fits")
            return root.accent;
        return verdict === "does_not_fit" ? root.error : root.warning;
    }

    // Motion
    readonly property bool still: App.settings.reducedMotion
    readonly property int quick: root.still ? 0 : 120
    readonly property int calm: root.still ? 0 : 160
}
