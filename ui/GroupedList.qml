import QtQuick

// A list with a heading above each group. Not bound: ListView of Qt 6.4 cannot make bound section delegates.
ListView {
    id: root

    section.property: "group"
    section.delegate: GroupHeading {}
}
