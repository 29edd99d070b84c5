<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>DropCard</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FoundStrip</name>
    <message numerus="yes">
        <source>%n more model(s) found on this computer.</source>
        <translation>
            <numerusform>%n more model found on this computer.</numerusform>
            <numerusform>%n more models found on this computer.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HubRow</name>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) missing</source>
        <translation>
            <numerusform>%n part is missing</numerusform>
            <numerusform>%n parts are missing</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Recognition</name>
    <message numerus="yes">
        <source>%n part(s) are missing: %1.</source>
        <translation>
            <numerusform>%n part is missing: %1.</numerusform>
            <numerusform>%n parts are missing: %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ThinkingPanel</name>
    <message numerus="yes">
        <source>%n tokens</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ponder::DropPreview</name>
    <message numerus="yes">
        <source>Drop to add %n model(s)</source>
        <translation>
            <numerusform>Drop to add %n model</numerusform>
            <numerusform>Drop to add %n models</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ponder::GpuListModel</name>
    <message numerus="yes">
        <source>%n together</source>
        <comment>so many cards</comment>
        <translation>
            <numerusform>%n together</numerusform>
            <numerusform>%n together</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ponder::ModelImporter</name>
    <message numerus="yes">
        <source>%n model(s) added</source>
        <translation>
            <numerusform>%n model added</numerusform>
            <numerusform>%n models added</numerusform>
        </translation>
    </message>
</context>
</TS>
