pragma ComponentBehavior: Bound

import QtQuick
import Ponder.Desktop
import Ponder.Ui.Theme

// One block of an answer, drawn by its type.
PartLoader {
    id: root

    required property string type
    required property string html
    required property int level
    required property string code
    required property string language
    required property var header
    required property var rows
    required property var align
    required property var items

    part: {
        switch (root.type) {
        case "heading":
            return heading;
        case "list":
            return list;
        case "code":
            return codeBlock;
        case "table":
            return table;
        case "quote":
            return quote;
        case "rule":
            return rule;
        default:
            return paragraph;
        }
    }

    Component {
        id: paragraph

        RichText {
            html: root.html
        }
    }
    Component {
        id: heading

        RichText {
            html: root.html
            font: root.level <= 1 ? Theme.heading1 : root.level === 2 ? Theme.heading2 : Theme.heading3
            lineHeight: root.level <= 1 ? 32 : root.level === 2 ? 28 : Theme.bodyLine
            topPadding: Theme.s2
            Accessible.role: Accessible.Heading
        }
    }
    Component {
        id: list

        ListBlock {
            items: root.items
        }
    }
    Component {
        id: codeBlock

        CodeBlock {
            code: root.code
            language: root.language
        }
    }
    Component {
        id: table

        TableBlock {
            header: root.header
            rows: root.rows
            align: root.align
        }
    }
    Component {
        id: quote

        QuoteBlock {
            html: root.html
        }
    }
    Component {
        id: rule

        Item {
            implicitHeight: Theme.s4 + 1

            Rectangle {
                y: Theme.s2
                width: parent.width
                height: 1
                color: Theme.hairline
            }
        }
    }
}
