<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>ChatRow</name>
    <message>
        <source>New chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New name of the chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename or delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a message. Enter sends, Shift+Enter starts a line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a message. Open a model to send it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ComposerTools</name>
    <message>
        <source>Think</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model thinks before it answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model answers at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Editing your last question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel editing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop to open this model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This cannot be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file stays where it is and is not changed.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Duration</name>
    <message>
        <source>%1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>In how many ways is 100 the sum of two different primes?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why is the sky blue at noon and red in the evening?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a shell script that renames photos by the date they were taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What would you like to think about?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model runs on this computer. Nothing you write leaves it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a model (.gguf) anywhere in this window, or open one. It stays where it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>There is no file %1. Check the name, or choose the model again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be read: %2. Check the permissions of the file and the disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is not a GGUF model file: %2. Choose a file that ends in .gguf.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is GGUF version %2; versions 2 and 3 can be read. Download a newer conversion of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ends too early: %2. The download is incomplete; download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has a damaged header: %2. Download the file again or use another conversion of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has a damaged tensor table: %2. Download the file again or use another conversion of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 uses a number format that cannot be run here: %2. Use a Q4_K_M, Q5_K_M, Q6_K or Q8_0 file of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has the architecture &quot;%2&quot;, which cannot be run here. Models of the Qwen2 and Llama families work.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be run here: %2. Use another conversion of this model, or another model of the Qwen2 or Llama family.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is one part of a larger model and these parts are missing: %2. Put all parts into one folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 lacks the tensor %2. Download the file again or use another conversion of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 splits its text by &quot;%2&quot;, which is not known here. Use another conversion of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has a damaged vocabulary: %2. Download the file again or use another conversion of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chat template of %1 refuses this conversation: %2. Change the message or start a new chat.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chat template of %1 ran too long and was stopped. Use another conversion of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no device &quot;%1&quot; here. Available: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot run models: %2. Update the graphics driver or choose another device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 stopped answering. Load the model again; if it happens repeatedly, update the graphics driver or choose a shorter context.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has no memory left (%2). Close other programs, choose a shorter context or a smaller file of this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model does not fit on %1: %2. Choose a shorter context, a smaller file of this model or another device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped as you asked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The conversation has %1 tokens, and the context holds %2. Start a new chat or choose a longer context.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is not usable: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside Ponder (%2). Please report it with this text.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorBanner</name>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExampleQuestion</name>
    <message>
        <source>Example: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GenerationSettings</name>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes effect when a model is loaded again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose for me</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of a conversation the model sees. Longer takes more memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Higher is more varied, lower more certain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the model recommends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What every model should know or heed, such as “Answer briefly.”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LookSettings</name>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happens to the thoughts of a model when it answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fold after thinking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always folded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Less motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing slides, fades or breathes</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>Ponder</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MemoryMeter</name>
    <message>
        <source>Memory %1 / %2 GB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory %1 GB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context %1%</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MessageList</name>
    <message>
        <source>Messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jump to the end</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModalDialog</name>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelButton</name>
    <message>
        <source>Loading %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 could not be loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model could not be loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelPicker</name>
    <message>
        <source>Recent models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unload the model</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NewChatButton</name>
    <message>
        <source>New chat</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OpenModelDialog</name>
    <message>
        <source>Open a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QuestionBubble</name>
    <message>
        <source>Edit the question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the question</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecentModelRow</name>
    <message>
        <source>The file is not there any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take %1 off this list</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReplyFooter</name>
    <message>
        <source>%1 tokens/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>first token %1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous reply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next reply</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReplyView</name>
    <message>
        <source>Stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped at the length limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped: the context is full. Start a new chat or choose a longer context.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reply, being written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ponder %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Today</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous 30 days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Older</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ponder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide the sidebar (Ctrl+B)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SlimScrollBar</name>
    <message>
        <source>Scroll bar</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ThinkingHeader</name>
    <message>
        <source>Thoughts, the model is thinking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shown. Press to fold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folded. Press to show.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the thoughts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ThinkingPanel</name>
    <message>
        <source>Thinking… %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped after thinking for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thought for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n tokens</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Show the sidebar (Ctrl+B)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel loading</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>UndoToast</name>
    <message>
        <source>“%1” was deleted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WaitingLine</name>
    <message>
        <source>Reading the conversation… %1%</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the conversation…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
