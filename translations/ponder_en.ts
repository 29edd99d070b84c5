<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>DropPreview</name>
    <message numerus="yes">
        <source>Drop to add %n model(s)</source>
        <translation>
            <numerusform>Drop to add %n model</numerusform>
            <numerusform>Drop to add %n models</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelImporter</name>
    <message numerus="yes">
        <source>%n model(s) added</source>
        <translation>
            <numerusform>%n model added</numerusform>
            <numerusform>%n models added</numerusform>
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
</TS>
