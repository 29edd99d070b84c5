<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AdapterList</name>
    <message>
        <source>A LoRA adapter changes what a model knows or how it speaks. Add one that was made for this model.</source>
        <translation>LoRA适配器会改变模型的知识或说话方式。请添加为此模型制作的适配器。</translation>
    </message>
    <message>
        <source>Add a file…</source>
        <translation>添加文件…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Choose an adapter</source>
        <translation>选择适配器</translation>
    </message>
    <message>
        <source>Adapters (*.gguf)</source>
        <translation>适配器 (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Choose the folder of an adapter</source>
        <translation>选择适配器文件夹</translation>
    </message>
    <message>
        <source>Strength 1 is as an adapter was trained; their effects add up.</source>
        <translation>强度1即适配器训练时的效果，多个适配器的效果会叠加。</translation>
    </message>
    <message>
        <source>Looking at the adapter…</source>
        <translation>正在检查适配器…</translation>
    </message>
    <message>
        <source>This holds from the next reply on.</source>
        <translation>从下一条回复起生效。</translation>
    </message>
    <message>
        <source>Merge into a new file…</source>
        <translation>合并为新文件…</translation>
    </message>
    <message>
        <source>The new model is being made. The models page shows how far it is.</source>
        <translation>正在生成新模型，可在模型页面查看进度。</translation>
    </message>
</context>
<context>
    <name>AdapterRow</name>
    <message>
        <source>Strength of %1</source>
        <translation>%1的强度</translation>
    </message>
    <message>
        <source>Take %1 off</source>
        <translation>移除%1</translation>
    </message>
    <message>
        <source>The file is gone: %1</source>
        <translation>文件已不存在：%1</translation>
    </message>
    <message>
        <source>Apply %1</source>
        <translation>应用%1</translation>
    </message>
    <message>
        <source>Move %1 up</source>
        <translation>上移%1</translation>
    </message>
    <message>
        <source>Move %1 down</source>
        <translation>下移%1</translation>
    </message>
</context>
<context>
    <name>AdapterSheet</name>
    <message>
        <source>Adapters of %1</source>
        <translation>%1的适配器</translation>
    </message>
</context>
<context>
    <name>ChatRow</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Open chat</source>
        <translation>当前对话</translation>
    </message>
    <message>
        <source>New name of the chat</source>
        <translation>对话的新名称</translation>
    </message>
    <message>
        <source>Rename or delete</source>
        <translation>重命名或删除</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation>复制代码</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Write a message. Enter sends, Shift+Enter starts a line.</source>
        <translation>输入消息，Enter发送，Shift+Enter换行</translation>
    </message>
    <message>
        <source>Write a message. Open a model to send it.</source>
        <translation>输入消息，打开模型后即可发送</translation>
    </message>
</context>
<context>
    <name>ComposerTools</name>
    <message>
        <source>Think</source>
        <translation>思考</translation>
    </message>
    <message>
        <source>The model thinks before it answers</source>
        <translation>模型先思考再回答</translation>
    </message>
    <message>
        <source>The model answers at once</source>
        <translation>模型直接回答</translation>
    </message>
    <message>
        <source>Editing your last question</source>
        <translation>正在编辑上一个问题</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel editing</source>
        <translation>取消编辑</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>停止（Esc）</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>发送（Enter）</translation>
    </message>
</context>
<context>
    <name>ConvertChoice</name>
    <message>
        <source>%1, recommended</source>
        <translation>%1，推荐</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>推荐</translation>
    </message>
</context>
<context>
    <name>ConvertChoices</name>
    <message>
        <source>Quantizations</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Looking at the files…</source>
        <translation>正在检查文件…</translation>
    </message>
</context>
<context>
    <name>ConvertSheet</name>
    <message>
        <source>Convert %1</source>
        <translation>转换%1</translation>
    </message>
    <message>
        <source>The folder stays as it is; a GGUF file is made in the models folder. Smaller is quicker, larger is nearer to the original.</source>
        <translation>原文件夹保持不变，会在模型文件夹中生成GGUF文件。越小越快，越大越接近原模型。</translation>
    </message>
    <message>
        <source>Convert to %1</source>
        <translation>转换为%1</translation>
    </message>
</context>
<context>
    <name>Database</name>
    <message>
        <source>The history could not be read. It was moved to %1 and a new one was begun.</source>
        <translation>聊天记录无法读取，已移至%1，并新建了一份记录。</translation>
    </message>
    <message>
        <source>The history was written by a newer version of Ponder. It was left as it is; a separate one is used.</source>
        <translation>聊天记录由更新版本的Ponder写入，已原样保留；当前使用另一份记录。</translation>
    </message>
    <message>
        <source>Chats cannot be kept, because %1 cannot be written. Check the permissions and the disk.</source>
        <translation>无法写入%1，对话不能保存。请检查权限和磁盘。</translation>
    </message>
    <message>
        <source>Ponder is open already. Chats of this window are not kept.</source>
        <translation>Ponder已经打开，此窗口的对话不会保存。</translation>
    </message>
</context>
<context>
    <name>DownloadText</name>
    <message>
        <source>checking what is there already: %1</source>
        <translation>正在检查已有的部分：%1</translation>
    </message>
    <message>
        <source>checking what is there already</source>
        <translation>正在检查已有的部分</translation>
    </message>
    <message>
        <source>goes on in %1: %2</source>
        <translation>%1后继续：%2</translation>
    </message>
    <message>
        <source>checking what has arrived</source>
        <translation>正在校验收到的文件</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>剩余%1</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>正在连接</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1/%2</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>waits for its turn</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>complete and checked</source>
        <translation>已完成并校验</translation>
    </message>
</context>
<context>
    <name>DropCard</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>另有%n个</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DropHints</name>
    <message>
        <source>as %1: %2</source>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop here to copy into the models folder</source>
        <translation>拖到这里则复制到模型文件夹</translation>
    </message>
</context>
<context>
    <name>DropRow</name>
    <message>
        <source>Cannot be added</source>
        <translation>无法添加</translation>
    </message>
</context>
<context>
    <name>Duration</name>
    <message>
        <source>%1 s</source>
        <translation>%1秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1分%2秒</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Write a shell script that renames photos by the date they were taken.</source>
        <translation>写一个Shell脚本，按拍摄日期给照片重命名。</translation>
    </message>
    <message>
        <source>What would you like to think about?</source>
        <translation>想思考点什么？</translation>
    </message>
    <message>
        <source>The model runs on this computer. Nothing you write leaves it.</source>
        <translation>模型在这台电脑上运行，您写的内容不会离开这里。</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>Which primes are smaller than 20, and what is their sum?</source>
        <translation>小于20的质数有哪些？它们的和是多少？</translation>
    </message>
    <message>
        <source>Why is the sky blue at noon and red at sunset?</source>
        <translation>为什么天空中午是蓝色，日落时却是红色？</translation>
    </message>
    <message>
        <source>Find a model that fits this computer, or drop a file of your own anywhere in this window. It stays where it is.</source>
        <translation>找一个适合这台电脑的模型，或把自己的模型文件拖到窗口任意位置。文件留在原处。</translation>
    </message>
    <message>
        <source>Browse models</source>
        <translation>浏览模型</translation>
    </message>
</context>
<context>
    <name>EngineChat</name>
    <message>
        <source>This file has no chat template; the built-in one for %1 is used.</source>
        <translation>此文件没有对话模板，改用内置的%1模板。</translation>
    </message>
    <message>
        <source>The chat template of this file does not work; the built-in one for %1 is used.</source>
        <translation>此文件的对话模板无法使用，改用内置的%1模板。</translation>
    </message>
    <message>
        <source>%1 (%2 of %3 layers, the rest on the processor)</source>
        <translation>%1（%3层中的%2层，其余在处理器上）</translation>
    </message>
    <message>
        <source>The chat template chosen for this model does not work; its own one is used.</source>
        <translation>为此模型选择的对话模板无法使用，已改用文件自带的模板。</translation>
    </message>
    <message>
        <source>%1 (the experts of %2 of %3 layers in memory)</source>
        <translation>%1（%3层中%2层的专家在内存中）</translation>
    </message>
    <message>
        <source>%1 of it do not fit into memory and are read from the disk as it answers, which is slow</source>
        <translation>其中%1放不进内存，回答时从磁盘读取，速度较慢</translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>There is no file %1. Check the name, or choose the model again.</source>
        <translation>找不到文件%1。请检查名称，或重新选择模型。</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2. Check the permissions of the file and the disk.</source>
        <translation>无法读取%1：%2。请检查文件权限和磁盘。</translation>
    </message>
    <message>
        <source>%1 is not a GGUF model file: %2. Choose a file that ends in .gguf.</source>
        <translation>%1不是GGUF模型文件：%2。请选择以.gguf结尾的文件。</translation>
    </message>
    <message>
        <source>%1 is GGUF version %2; versions 2 and 3 can be read. Download a newer conversion of this model.</source>
        <translation>%1是GGUF第%2版，仅支持第2版和第3版。请下载此模型较新的转换版本。</translation>
    </message>
    <message>
        <source>%1 ends too early: %2. The download is incomplete; download it again.</source>
        <translation>%1不完整：%2。下载没有完成，请重新下载。</translation>
    </message>
    <message>
        <source>%1 has a damaged header: %2. Download the file again or use another conversion of this model.</source>
        <translation>%1的文件头已损坏：%2。请重新下载，或使用此模型的其他转换版本。</translation>
    </message>
    <message>
        <source>%1 has a damaged tensor table: %2. Download the file again or use another conversion of this model.</source>
        <translation>%1的张量表已损坏：%2。请重新下载，或使用此模型的其他转换版本。</translation>
    </message>
    <message>
        <source>%1 uses a number format that cannot be run here: %2. Use a Q4_K_M, Q5_K_M, Q6_K or Q8_0 file of this model.</source>
        <translation>%1使用了这里无法运行的数值格式：%2。请使用此模型的Q4_K_M、Q5_K_M、Q6_K或Q8_0文件。</translation>
    </message>
    <message>
        <source>%1 is arranged for one kind of ARM processor (%2), which is no longer done. Get the Q4_0 file of the same model instead.</source>
        <translation>%1是为某一种ARM处理器排列的（%2），这种格式现已不再使用。请改为获取同一模型的Q4_0文件。</translation>
    </message>
    <message>
        <source>%1 has the architecture &quot;%2&quot;, which this version of Ponder does not know. The models page lists models that work.</source>
        <translation>%1的架构“%2”是这个版本的Ponder还不认识的。可以运行的模型列在模型页面上。</translation>
    </message>
    <message>
        <source>%1 cannot be run here: %2. Use another conversion of this model, or a model from the models page.</source>
        <translation>%1在这里无法运行：%2。请使用该模型的其他转换版本，或模型页面上的模型。</translation>
    </message>
    <message>
        <source>%1 is one part of a larger model and these parts are missing: %2. Put all parts into one folder.</source>
        <translation>%1是一个较大模型的一部分，缺少以下部分：%2。请把所有部分放进同一个文件夹。</translation>
    </message>
    <message>
        <source>%1 lacks the tensor %2. Download the file again or use another conversion of this model.</source>
        <translation>%1缺少张量%2。请重新下载，或使用此模型的其他转换版本。</translation>
    </message>
    <message>
        <source>%1 splits its text by &quot;%2&quot;, which is not known here. Use another conversion of this model.</source>
        <translation>%1使用的分词方式“%2”无法识别。请使用此模型的其他转换版本。</translation>
    </message>
    <message>
        <source>%1 has a damaged vocabulary: %2. Download the file again or use another conversion of this model.</source>
        <translation>%1的词表已损坏：%2。请重新下载，或使用此模型的其他转换版本。</translation>
    </message>
    <message>
        <source>The chat template of %1 refuses this conversation: %2. Change the message or start a new chat.</source>
        <translation>%1的对话模板不接受这段对话：%2。请修改消息，或新建对话。</translation>
    </message>
    <message>
        <source>The chat template of %1 ran too long and was stopped. Use another conversion of this model.</source>
        <translation>%1的对话模板运行过久，已被停止。请使用此模型的其他转换版本。</translation>
    </message>
    <message>
        <source>There is no device &quot;%1&quot; here. Available: %2.</source>
        <translation>这里没有设备“%1”。可用设备：%2。</translation>
    </message>
    <message>
        <source>%1 cannot run models: %2. Update the graphics driver or choose another device.</source>
        <translation>%1无法运行模型：%2。请更新显卡驱动，或选择其他设备。</translation>
    </message>
    <message>
        <source>%1 stopped answering. Load the model again; if it happens repeatedly, update the graphics driver or choose a shorter context.</source>
        <translation>%1停止响应。请重新加载模型；如果反复出现，请更新显卡驱动或选择较短的上下文。</translation>
    </message>
    <message>
        <source>%1 has no memory left (%2). Close other programs, choose a shorter context or a smaller file of this model.</source>
        <translation>%1的内存已用尽（%2）。请关闭其他程序，选择较短的上下文或此模型较小的文件。</translation>
    </message>
    <message>
        <source>The model does not fit on %1: %2. Choose a shorter context, a smaller file of this model or another device.</source>
        <translation>%1放不下此模型：%2。请选择较短的上下文、此模型较小的文件或其他设备。</translation>
    </message>
    <message>
        <source>Stopped as you asked.</source>
        <translation>已按您的要求停止。</translation>
    </message>
    <message>
        <source>The conversation has %1 tokens, and the context holds %2. Start a new chat or choose a longer context.</source>
        <translation>对话有%1个词元，而上下文只能容纳%2个。请新建对话，或选择较长的上下文。</translation>
    </message>
    <message>
        <source>%1 is not usable: %2.</source>
        <translation>%1不可用：%2。</translation>
    </message>
    <message>
        <source>Something went wrong inside Ponder (%2). Please report it with this text.</source>
        <translation>Ponder内部出错（%2）。请附上这段文字报告问题。</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2. Check the space on the disk and the permissions of the folder.</source>
        <translation>无法写入%1：%2。请检查磁盘空间和文件夹的权限。</translation>
    </message>
    <message>
        <source>%1 is not a safetensors file: %2. Choose a file that ends in .safetensors.</source>
        <translation>%1不是safetensors文件：%2。请选择以.safetensors结尾的文件。</translation>
    </message>
    <message>
        <source>%1 cannot be understood: %2. Download the file again.</source>
        <translation>无法理解%1：%2。请重新下载该文件。</translation>
    </message>
    <message>
        <source>%1 is not complete; it lacks %2. Download that into the same folder.</source>
        <translation>%1不完整，缺少：%2。请将其下载到同一文件夹。</translation>
    </message>
    <message>
        <source>%1 cannot be converted: %2. Use a GGUF file of this model, or a model from the models page.</source>
        <translation>无法转换%1：%2。请使用该模型的GGUF文件，或模型页面上的模型。</translation>
    </message>
    <message>
        <source>%1 holds damaged weights: %2. Download the file again.</source>
        <translation>%1中的权重已损坏：%2。请重新下载该文件。</translation>
    </message>
    <message>
        <source>There is not enough space for %1: %2. Free some space or choose another disk.</source>
        <translation>没有足够的空间存放%1：%2。请腾出空间或选择其他磁盘。</translation>
    </message>
    <message>
        <source>%1 is not a LoRA adapter that can be read: %2. Choose a GGUF adapter, or a folder with adapter_config.json and adapter_model.safetensors.</source>
        <translation>%1不是可读取的LoRA适配器：%2。请选择GGUF适配器，或含有adapter_config.json和adapter_model.safetensors的文件夹。</translation>
    </message>
    <message>
        <source>%1 cannot be attached: %2. Merge it into its base model with the tool that made it, and open the merged model.</source>
        <translation>无法附加%1：%2。请用制作它的工具将其合并到基础模型，再打开合并后的模型。</translation>
    </message>
    <message>
        <source>%1 belongs to another model: %2. Choose an adapter that was made for this model, or load the model that it was made for.</source>
        <translation>%1属于另一个模型：%2。请选择为此模型制作的适配器，或加载它所属的模型。</translation>
    </message>
    <message>
        <source>%1 cannot be reached: %2. Check the connection, and the proxy and the address of the hub in the settings.</source>
        <translation>无法连接%1：%2。请检查网络连接，以及设置中的代理和模型站地址。</translation>
    </message>
    <message>
        <source>%1 gives no files at the moment: %2. Try again later; what has arrived is kept.</source>
        <translation>%1暂时不提供文件：%2。请稍后重试；已下载的部分会保留。</translation>
    </message>
    <message>
        <source>%1 is not open to everybody: %2.</source>
        <translation>%1并非对所有人开放：%2。</translation>
    </message>
    <message>
        <source>The hub has no %1: %2. Check how the name is written.</source>
        <translation>模型站上没有%1：%2。请检查名称的写法。</translation>
    </message>
    <message>
        <source>%1 did not arrive as the hub describes it: %2. Download it again; if that fails too, choose another address of the hub.</source>
        <translation>收到的%1与模型站的描述不符：%2。请重新下载；如果仍然失败，请换一个模型站地址。</translation>
    </message>
    <message>
        <source>%1 is being written by another program. Wait until that is done, or stop it there.</source>
        <translation>另一个程序正在写入%1。请等待其完成，或在那里停止。</translation>
    </message>
</context>
<context>
    <name>ErrorBanner</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>打开模型…</translation>
    </message>
</context>
<context>
    <name>ErrorDetail</name>
    <message>
        <source>the state of position %1 is not there</source>
        <translation>没有位置%1的状态</translation>
    </message>
    <message>
        <source>one reply at a time, with a model loaded</source>
        <translation>须先加载模型，且一次只能生成一条回复</translation>
    </message>
    <message>
        <source>a reply was asked for without a model</source>
        <translation>在没有模型的情况下请求了回复</translation>
    </message>
    <message>
        <source>%1 MiB needed, %2 MiB free</source>
        <translation>需要%1 MiB，可用%2 MiB</translation>
    </message>
    <message>
        <source>it leaves the question out</source>
        <translation>它漏掉了问题</translation>
    </message>
    <message>
        <source>no suitable memory type</source>
        <translation>没有合适的内存类型</translation>
    </message>
    <message>
        <source>%1 gave %2</source>
        <translation>%1返回%2</translation>
    </message>
    <message>
        <source>no Vulkan device</source>
        <translation>没有Vulkan设备</translation>
    </message>
    <message>
        <source>%1 bytes are needed and %2 are free</source>
        <translation>需要%1字节，可用%2字节</translation>
    </message>
    <message>
        <source>at most %1 tokens</source>
        <translation>最多%1个词元</translation>
    </message>
    <message>
        <source>1 to %1 tokens</source>
        <translation>须为1到%1个词元</translation>
    </message>
    <message>
        <source>it must be below %1</source>
        <translation>必须小于%1</translation>
    </message>
    <message>
        <source>there is no Vulkan loader on this machine</source>
        <translation>这台计算机上没有Vulkan加载器</translation>
    </message>
    <message>
        <source>the Vulkan loader is older than 1.1</source>
        <translation>Vulkan加载器早于1.1版</translation>
    </message>
    <message>
        <source>the Khronos validation layer is not installed</source>
        <translation>没有安装Khronos验证层</translation>
    </message>
    <message>
        <source>the driver refuses a Vulkan 1.2 instance</source>
        <translation>驱动拒绝创建Vulkan 1.2实例</translation>
    </message>
    <message>
        <source>its driver is older than Vulkan 1.2</source>
        <translation>驱动早于Vulkan 1.2</translation>
    </message>
    <message>
        <source>it has no compute queue</source>
        <translation>没有计算队列</translation>
    </message>
    <message>
        <source>it lacks buffer device addresses</source>
        <translation>不支持缓冲区设备地址</translation>
    </message>
    <message>
        <source>it lacks subgroup arithmetic or shuffle in compute shaders</source>
        <translation>计算着色器不支持子组算术或混洗</translation>
    </message>
    <message>
        <source>it is in the old GGML format</source>
        <translation>它是旧的GGML格式</translation>
    </message>
    <message>
        <source>it is in the old GGMF format</source>
        <translation>它是旧的GGMF格式</translation>
    </message>
    <message>
        <source>it is in the old GGJT format</source>
        <translation>它是旧的GGJT格式</translation>
    </message>
    <message>
        <source>it is an adapter in the old GGLA format</source>
        <translation>它是旧的GGLA格式的适配器</translation>
    </message>
    <message>
        <source>it is a big-endian GGUF file</source>
        <translation>它是大端序的GGUF文件</translation>
    </message>
    <message>
        <source>it is a ZIP archive or a PyTorch file</source>
        <translation>它是ZIP压缩包或PyTorch文件</translation>
    </message>
    <message>
        <source>it is a web page</source>
        <translation>它是网页</translation>
    </message>
    <message>
        <source>it is a Git LFS pointer; the model itself was not downloaded</source>
        <translation>它是Git LFS指针，模型本身没有下载</translation>
    </message>
    <message>
        <source>the file ends inside the tensor table</source>
        <translation>文件在张量表中间结束</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>文件是空的</translation>
    </message>
    <message>
        <source>it begins with &quot;%1&quot; instead of &quot;GGUF&quot;</source>
        <translation>开头是“%1”，而不是“GGUF”</translation>
    </message>
    <message>
        <source>the file ends inside the version number</source>
        <translation>文件在版本号中间结束</translation>
    </message>
    <message>
        <source>the file ends inside the counts of tensors and keys</source>
        <translation>文件在张量数和键数中间结束</translation>
    </message>
    <message>
        <source>the tensor count of %1 is not plausible</source>
        <translation>张量数%1不合理</translation>
    </message>
    <message>
        <source>the key count of %1 is not plausible</source>
        <translation>键数%1不合理</translation>
    </message>
    <message>
        <source>key %1 of %2 has a name of %3 bytes</source>
        <translation>共%2个键，其中第%1个的名称有%3字节</translation>
    </message>
    <message>
        <source>the file ends inside key %1 of %2</source>
        <translation>文件在第%1个键（共%2个）中间结束</translation>
    </message>
    <message>
        <source>%1 appears twice</source>
        <translation>%1出现了两次</translation>
    </message>
    <message>
        <source>general.alignment must be a power of two from 8 to 65536</source>
        <translation>general.alignment必须是8到65536之间的2的幂</translation>
    </message>
    <message>
        <source>the file ends inside tensor %1 of %2</source>
        <translation>文件在第%1个张量（共%2个）中间结束</translation>
    </message>
    <message>
        <source>tensor %1 of %2 has a name of %3 bytes</source>
        <translation>共%2个张量，其中第%1个的名称有%3字节</translation>
    </message>
    <message>
        <source>the file ends inside %1</source>
        <translation>文件在%1中间结束</translation>
    </message>
    <message>
        <source>%1 has %2 dimensions instead of 1 to 4</source>
        <translation>%1有%2个维度，应为1到4个</translation>
    </message>
    <message>
        <source>%1 claims a text of %2 bytes, which is not plausible</source>
        <translation>%1的文本长度%2字节不合理</translation>
    </message>
    <message>
        <source>%1 is neither true nor false</source>
        <translation>%1既不是真也不是假</translation>
    </message>
    <message>
        <source>%1 has the unknown value type %2</source>
        <translation>%1的值类型%2无法识别</translation>
    </message>
    <message>
        <source>%1 is an array of arrays, which no model needs</source>
        <translation>%1是数组的数组，没有模型需要它</translation>
    </message>
    <message>
        <source>%1 is an array of the unknown value type %2</source>
        <translation>数组%1的值类型%2无法识别</translation>
    </message>
    <message>
        <source>%1 claims %2 elements, which is not plausible</source>
        <translation>%1的元素数%2不合理</translation>
    </message>
    <message>
        <source>%1 holds a number that is too large</source>
        <translation>%1含有过大的数</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>它是文件夹</translation>
    </message>
    <message>
        <source>it is not an ordinary file</source>
        <translation>它不是普通文件</translation>
    </message>
    <message>
        <source>split.tensors.count differs from the %1 tensors in all parts</source>
        <translation>split.tensors.count与各部分共有的%1个张量不符</translation>
    </message>
    <message>
        <source>a model in memory has one part only</source>
        <translation>内存中的模型只有一个部分</translation>
    </message>
    <message>
        <source>split.count is not a plausible number of parts</source>
        <translation>split.count不是合理的部分数</translation>
    </message>
    <message>
        <source>the other %1 of %2; they cannot be found because the file name does not end in %3</source>
        <translation>%2个部分中的其余%1个（文件名不以%3结尾，因此找不到它们）</translation>
    </message>
    <message>
        <source>split.count is %1, and the file name says %2</source>
        <translation>split.count是%1，而文件名中是%2</translation>
    </message>
    <message>
        <source>%1 and %2 more</source>
        <translation>%1以及另外%2个</translation>
    </message>
    <message>
        <source>split.count is not %1 as in the other parts</source>
        <translation>split.count与其他部分的%1不符</translation>
    </message>
    <message>
        <source>split.no is not %1 as the file name says; was the file renamed?</source>
        <translation>split.no与文件名中的%1不符，文件可能被改过名</translation>
    </message>
    <message>
        <source>%1 is %2</source>
        <translation>%1的格式是%2</translation>
    </message>
    <message>
        <source>%1 is the unknown type %2</source>
        <translation>%1的格式%2无法识别</translation>
    </message>
    <message>
        <source>%1 has a dimension of length 0</source>
        <translation>%1有长度为0的维度</translation>
    </message>
    <message>
        <source>%1 has rows of %2 values, no multiple of the %3 in a block</source>
        <translation>%1每行有%2个值，不是每块%3个值的倍数</translation>
    </message>
    <message>
        <source>%1 has a size that does not fit 64 bits</source>
        <translation>%1的大小超出64位</translation>
    </message>
    <message>
        <source>%1 and %2 overlap in the file</source>
        <translation>%1与%2在文件中重叠</translation>
    </message>
    <message>
        <source>%1 starts at the offset %2, no multiple of the alignment %3</source>
        <translation>%1的起始偏移%2不是对齐值%3的倍数</translation>
    </message>
    <message>
        <source>%1 lies outside of the file (offset %2, %3 bytes)</source>
        <translation>%1位于文件之外（偏移%2，%3字节）</translation>
    </message>
    <message>
        <source>%1 needs %2 bytes of the file, which has %3</source>
        <translation>%1需要文件有%2字节，而文件只有%3字节</translation>
    </message>
    <message>
        <source>%1 tokens for %2 rows of output</source>
        <translation>输出有%2行，词元却有%1个</translation>
    </message>
    <message>
        <source>give at least one token</source>
        <translation>至少要有一个词元</translation>
    </message>
    <message>
        <source>ids of this model end at %1</source>
        <translation>此模型的词元编号到%1为止</translation>
    </message>
    <message>
        <source>%1 is missing</source>
        <translation>缺少%1</translation>
    </message>
    <message>
        <source>%1 must be a number from 1 to %2</source>
        <translation>%1必须是1到%2之间的数</translation>
    </message>
    <message>
        <source>%1 is not a usable number</source>
        <translation>%1不是可用的数</translation>
    </message>
    <message>
        <source>it is an adapter that changes another model</source>
        <translation>它是用来修改其他模型的适配器</translation>
    </message>
    <message>
        <source>%1 must be a multiple of 32</source>
        <translation>%1必须是32的倍数</translation>
    </message>
    <message>
        <source>%1 is %2, which does not go with %3 experts</source>
        <translation>%1为%2，与%3个专家不相配</translation>
    </message>
    <message>
        <source>%1 says it of %2 layers, but there are %3</source>
        <translation>%1只说明了%2层，但共有%3层</translation>
    </message>
    <message>
        <source>%1 is %2, which does not divide the %3 heads</source>
        <translation>%1是%2，不能整除%3个注意力头</translation>
    </message>
    <message>
        <source>%1 is %2, which does not divide the embedding length of %3</source>
        <translation>%1是%2，不能整除嵌入长度%3</translation>
    </message>
    <message>
        <source>%1 (the head size) is %2; it must be an even number up to %3</source>
        <translation>%1（注意力头大小）是%2，应为不超过%3的偶数</translation>
    </message>
    <message>
        <source>%1: %2 heads of %3 values are no multiple of 32 together</source>
        <translation>%1：%2个大小为%3的注意力头合计不是32的倍数</translation>
    </message>
    <message>
        <source>%1 differs from the head size</source>
        <translation>%1与注意力头大小不同</translation>
    </message>
    <message>
        <source>%1 must be even and not larger than the head size</source>
        <translation>%1必须是偶数，且不大于注意力头大小</translation>
    </message>
    <message>
        <source>%1 is not a text</source>
        <translation>%1不是文本</translation>
    </message>
    <message>
        <source>%1 is &quot;%2&quot; (only none, linear, yarn and longrope are known)</source>
        <translation>%1是“%2”（只支持none、linear、yarn和longrope）</translation>
    </message>
    <message>
        <source>%1 is missing or empty</source>
        <translation>%1缺失或为空</translation>
    </message>
    <message>
        <source>token_embd.weight has %1 rows, which is not a plausible vocabulary</source>
        <translation>token_embd.weight有%1行，词表大小不合理</translation>
    </message>
    <message>
        <source>%1 has %2 tokens, more than the %3 rows of token_embd.weight</source>
        <translation>%1有%2个词元，多于token_embd.weight的%3行</translation>
    </message>
    <message>
        <source>%1 is %2 (a mixture of experts)</source>
        <translation>%1是%2（混合专家模型）</translation>
    </message>
    <message>
        <source>%1 is false (a model for embeddings, not for chat)</source>
        <translation>%1为假（用于嵌入而非对话的模型）</translation>
    </message>
    <message>
        <source>%1 has the shape %2 instead of %3</source>
        <translation>%1的形状是%2，应为%3</translation>
    </message>
    <message>
        <source>%1 is %2 instead of F32</source>
        <translation>%1的格式是%2，应为F32</translation>
    </message>
    <message>
        <source>%1 holds a factor that is not positive</source>
        <translation>%1含有非正的系数</translation>
    </message>
    <message>
        <source>it has the tensor %1, which %2 models do not have</source>
        <translation>它含有%2模型所没有的张量%1</translation>
    </message>
    <message>
        <source>it has the tensor %1, which newer files hold in two parts; a newer file of this model is needed</source>
        <translation>它含有张量%1，而较新的文件将其分为两部分保存；请下载该模型的新版文件</translation>
    </message>
    <message>
        <source>%1 cannot compute with the number format %2 yet</source>
        <translation>%1尚不支持使用数值格式%2进行计算</translation>
    </message>
    <message>
        <source>%1 is %2, a format that is only read here</source>
        <translation>%1的格式是%2，这里只能读取该格式</translation>
    </message>
    <message>
        <source>%3 needs %1 bytes in one buffer of at most %2</source>
        <translation>%3在一个缓冲区中需要%1字节，而上限是%2字节</translation>
    </message>
    <message>
        <source>one layer&apos;s cache needs %1 bytes in one buffer of at most %2</source>
        <translation>一层的缓存在一个缓冲区中需要%1字节，而上限是%2字节</translation>
    </message>
    <message>
        <source>at least 1 token</source>
        <translation>至少1个词元</translation>
    </message>
    <message>
        <source>heads of %1 values, %2 of them turned</source>
        <translation>每个注意力头有%1个值，其中%2个被旋转</translation>
    </message>
    <message>
        <source>scratch memory needs %1 bytes in one buffer of at most %2</source>
        <translation>工作内存在一个缓冲区中需要%1字节，而上限是%2字节</translation>
    </message>
    <message>
        <source>pattern of %1: %2</source>
        <translation>%1的分词规则：%2</translation>
    </message>
    <message>
        <source>its tokens collide</source>
        <translation>词元相互冲突</translation>
    </message>
    <message>
        <source>there is no token for the byte %1</source>
        <translation>没有对应字节%1的词元</translation>
    </message>
    <message>
        <source>entry %1 of %2 is no pair</source>
        <translation>%2的第%1项不是一对</translation>
    </message>
    <message>
        <source>its merges collide</source>
        <translation>合并规则相互冲突</translation>
    </message>
    <message>
        <source>%1 has %2 entries for %3 tokens</source>
        <translation>词元有%3个，而%1有%2项</translation>
    </message>
    <message>
        <source>%1 is not one of its tokens</source>
        <translation>%1不是此模型的词元</translation>
    </message>
    <message>
        <source>%1 holds %2 tokens, which is not plausible</source>
        <translation>%1的词元数%2不合理</translation>
    </message>
    <message>
        <source>%1 values instead of %2</source>
        <translation>应为%2个值，实际为%1个</translation>
    </message>
    <message>
        <source>at least 1 layer</source>
        <translation>至少1层</translation>
    </message>
    <message>
        <source>1 to %1 replies can be made at once</source>
        <translation>一次可以生成1到%1个回复</translation>
    </message>
    <message>
        <source>a draft needs the vocabulary of %1, but token %2 is &quot;%3&quot; there and &quot;%4&quot; here</source>
        <translation>草稿模型的词表必须与%1相同，但词元%2在那里是“%3”，在这里是“%4”</translation>
    </message>
    <message>
        <source>it would be larger than it may be</source>
        <translation>它会超过允许的大小</translation>
    </message>
    <message>
        <source>each row needs a branch with room of its own</source>
        <translation>每一行都需要一个有自己空间的分支</translation>
    </message>
    <message>
        <source>this processor lacks SSE 4.2, which its fast path needs</source>
        <translation>此处理器缺少快速计算所需的 SSE 4.2</translation>
    </message>
    <message>
        <source>the shape of %1 does not hold whole blocks</source>
        <translation>%1的形状不能容纳整数个块</translation>
    </message>
    <message>
        <source>%1 was given more bytes than it has</source>
        <translation>%1收到的字节超过其大小</translation>
    </message>
    <message>
        <source>%1 was not written to its end</source>
        <translation>%1没有写完</translation>
    </message>
    <message>
        <source>only a Vulkan device can share the layers with the processor</source>
        <translation>只有Vulkan设备才能与处理器分担各层</translation>
    </message>
    <message>
        <source>the key %1 appears twice</source>
        <translation>键%1出现了两次</translation>
    </message>
    <message>
        <source>it is not JSON from byte %1 on</source>
        <translation>从第%1字节起不是JSON</translation>
    </message>
    <message>
        <source>it is nested deeper than %1 levels</source>
        <translation>嵌套超过%1层</translation>
    </message>
    <message>
        <source>it has %1 bytes, more than the %2 that such a file plausibly has</source>
        <translation>它有%1字节，超过此类文件合理的%2字节</translation>
    </message>
    <message>
        <source>a tensor has the name &quot;%1&quot;</source>
        <translation>有一个张量名为“%1”</translation>
    </message>
    <message>
        <source>the entry of %1 is not complete</source>
        <translation>%1的条目不完整</translation>
    </message>
    <message>
        <source>the shape of %1 is not a list of numbers</source>
        <translation>%1的形状不是数字列表</translation>
    </message>
    <message>
        <source>%1 does not have as many bytes as its shape says</source>
        <translation>%1的字节数与其形状不符</translation>
    </message>
    <message>
        <source>the place of %1 in the file is not a range</source>
        <translation>%1在文件中的位置不是有效范围</translation>
    </message>
    <message>
        <source>%1 of %2 bytes are there</source>
        <translation>%2字节中只有%1字节</translation>
    </message>
    <message>
        <source>%1 lies over another tensor</source>
        <translation>%1与另一个张量重叠</translation>
    </message>
    <message>
        <source>there is a hole before %1</source>
        <translation>%1之前有空洞</translation>
    </message>
    <message>
        <source>%1 bytes belong to no tensor</source>
        <translation>有%1字节不属于任何张量</translation>
    </message>
    <message>
        <source>%1 is not a table of texts</source>
        <translation>%1不是文本表</translation>
    </message>
    <message>
        <source>it has %1 bytes</source>
        <translation>它有%1字节</translation>
    </message>
    <message>
        <source>it does not begin with the length of a table</source>
        <translation>它不以表的长度开头</translation>
    </message>
    <message>
        <source>it has %1 values</source>
        <translation>它有%1个值</translation>
    </message>
    <message>
        <source>%1 does not lie in a file beside it</source>
        <translation>%1不在同一文件夹的文件中</translation>
    </message>
    <message>
        <source>it names %1 files</source>
        <translation>它列出了%1个文件</translation>
    </message>
    <message>
        <source>%1 is in another file too</source>
        <translation>%1也出现在另一个文件中</translation>
    </message>
    <message>
        <source>%1 has a value that is not a finite number</source>
        <translation>%1中有一个值不是有限的数</translation>
    </message>
    <message>
        <source>%1 has a value above 65504, which half-precision scales cannot hold</source>
        <translation>%1中有一个值大于65504，半精度缩放系数无法表示</translation>
    </message>
    <message>
        <source>%1 is &quot;%2&quot;, which is not built in</source>
        <translation>%1为“%2”，尚不支持</translation>
    </message>
    <message>
        <source>%1 does not go with the other sizes</source>
        <translation>%1与其他尺寸不符</translation>
    </message>
    <message>
        <source>the token %1 has no number</source>
        <translation>词元%1没有编号</translation>
    </message>
    <message>
        <source>%1 and another token have the same number</source>
        <translation>%1与另一个词元的编号相同</translation>
    </message>
    <message>
        <source>%1 is not a pair to be merged</source>
        <translation>%1不是可合并的一对</translation>
    </message>
    <message>
        <source>it is not a SentencePiece model, or a part is missing</source>
        <translation>它不是SentencePiece模型，或缺少一部分</translation>
    </message>
    <message>
        <source>a piece appears twice</source>
        <translation>有一个片段出现了两次</translation>
    </message>
    <message>
        <source>the token %1 has the number %2</source>
        <translation>词元%1的编号为%2</translation>
    </message>
    <message>
        <source>it has %1 tokens, and the model knows %2</source>
        <translation>它有%1个词元，而模型只认识%2个</translation>
    </message>
    <message>
        <source>another program is writing it now</source>
        <translation>另一个程序正在写入它</translation>
    </message>
    <message>
        <source>it is shorter than it was</source>
        <translation>它比之前更短</translation>
    </message>
    <message>
        <source>it needs %1 MB more and %2 MB are free</source>
        <translation>还需要%1MB，但只有%2MB可用</translation>
    </message>
    <message>
        <source>its weights are quantized already (%1)</source>
        <translation>其权重已经量化（%1）</translation>
    </message>
    <message>
        <source>the folder %1 cannot be made</source>
        <translation>无法创建文件夹%1</translation>
    </message>
    <message>
        <source>it has no list of layers</source>
        <translation>其中没有层列表</translation>
    </message>
    <message>
        <source>a layer is no object</source>
        <translation>有一层不是对象</translation>
    </message>
    <message>
        <source>a layer has no usable digest</source>
        <translation>有一层的摘要无法使用</translation>
    </message>
    <message>
        <source>a layer with the model</source>
        <translation>包含模型的层</translation>
    </message>
    <message>
        <source>they need a model that is loaded</source>
        <translation>需要先加载模型</translation>
    </message>
    <message>
        <source>it is for %1 models, and this is a %2 model</source>
        <translation>它用于%1模型，而这是%2模型</translation>
    </message>
    <message>
        <source>%1 of its parts are not there</source>
        <translation>缺少%1个分卷</translation>
    </message>
    <message>
        <source>nothing there has a similar name</source>
        <translation>没有相近的名称</translation>
    </message>
    <message>
        <source>the closest names there are %1</source>
        <translation>最接近的名称是%1</translation>
    </message>
    <message>
        <source>the disk is full; what has arrived is kept</source>
        <translation>磁盘已满；已下载的部分会保留</translation>
    </message>
    <message>
        <source>the file system of this folder holds no files of this size</source>
        <translation>该文件夹所在的文件系统无法存放这么大的文件</translation>
    </message>
    <message>
        <source>the connection ended before the file did</source>
        <translation>文件尚未传完，连接已结束</translation>
    </message>
    <message>
        <source>another part of it came than was asked for</source>
        <translation>收到的不是所请求的部分</translation>
    </message>
    <message>
        <source>the hub has another file of this name now; list its files anew</source>
        <translation>模型站上该名称现在对应另一个文件；请重新列出文件</translation>
    </message>
    <message>
        <source>it changes while it is fetched</source>
        <translation>下载过程中文件发生了变化</translation>
    </message>
    <message>
        <source>%1 MB more are needed and %2 MB are free; what has arrived is kept</source>
        <translation>还需要%1 MB，可用%2 MB；已下载的部分会保留</translation>
    </message>
    <message>
        <source>it was renamed or removed, or is open to its owner only</source>
        <translation>它已改名、已删除，或仅对所有者开放</translation>
    </message>
    <message>
        <source>it leads to an address that is not safe to follow</source>
        <translation>它指向一个不安全的地址</translation>
    </message>
    <message>
        <source>the address of a hub is written as https://hub.example.org</source>
        <translation>模型站地址应写作https://hub.example.org</translation>
    </message>
    <message>
        <source>no computer of this name was found</source>
        <translation>找不到该名称的主机</translation>
    </message>
    <message>
        <source>the connection was refused</source>
        <translation>连接被拒绝</translation>
    </message>
    <message>
        <source>its certificate is not trusted (%1)</source>
        <translation>其证书不受信任（%1）</translation>
    </message>
    <message>
        <source>the proxy asks for another user name and password</source>
        <translation>代理要求其他用户名和密码</translation>
    </message>
    <message>
        <source>the proxy does not answer (%1)</source>
        <translation>代理没有响应（%1）</translation>
    </message>
    <message>
        <source>the connection broke off (%1)</source>
        <translation>连接中断（%1）</translation>
    </message>
    <message>
        <source>the address of the file has expired</source>
        <translation>文件地址已过期</translation>
    </message>
    <message>
        <source>accept its licence on %1 in a browser, then enter a token of that account in the settings, or set HF_TOKEN</source>
        <translation>请在浏览器中打开%1接受其许可，然后在设置中填入该账号的令牌，或设置HF_TOKEN</translation>
    </message>
    <message>
        <source>it refuses the token; make a new one on the hub and enter it in the settings, or set HF_TOKEN</source>
        <translation>令牌被拒绝；请在模型站上新建令牌并填入设置，或设置HF_TOKEN</translation>
    </message>
    <message>
        <source>it sent nothing for too long</source>
        <translation>太久没有发来任何数据</translation>
    </message>
    <message>
        <source>it leads from address to address without end</source>
        <translation>地址不断跳转，没有尽头</translation>
    </message>
    <message>
        <source>it has been asked too often from here</source>
        <translation>从这里发出的请求过于频繁</translation>
    </message>
    <message>
        <source>it answers with the error %1</source>
        <translation>它返回错误%1</translation>
    </message>
    <message>
        <source>several files are called so: %1</source>
        <translation>有多个文件叫这个名称：%1</translation>
    </message>
    <message>
        <source>a model on the hub is written as OWNER/NAME</source>
        <translation>模型站上的模型写作OWNER/NAME</translation>
    </message>
    <message>
        <source>a proxy is written as http://host:8080 or socks5://host:1080</source>
        <translation>代理写作http://host:8080或socks5://host:1080</translation>
    </message>
    <message>
        <source>the list of its files cannot be read</source>
        <translation>无法读取其文件列表</translation>
    </message>
    <message>
        <source>the list of its files is too long</source>
        <translation>其文件列表过长</translation>
    </message>
    <message>
        <source>it has %1 bytes instead of %2</source>
        <translation>大小为%1字节，而不是%2字节</translation>
    </message>
    <message>
        <source>its checksum is another one</source>
        <translation>其校验和不符</translation>
    </message>
    <message>
        <source>there is another file of this name; move it away</source>
        <translation>已有另一个同名文件；请将其移走</translation>
    </message>
    <message>
        <source>it is a model (general.type is not &quot;adapter&quot;)</source>
        <translation>它是一个模型（general.type不是&quot;adapter&quot;）</translation>
    </message>
    <message>
        <source>it is of the kind &quot;%1&quot;, not LoRA</source>
        <translation>它的类型是&quot;%1&quot;，不是LoRA</translation>
    </message>
    <message>
        <source>it takes effect only behind certain tokens (activated LoRA)</source>
        <translation>它只在特定词元之后生效（activated LoRA）</translation>
    </message>
    <message>
        <source>%1 is a whole tensor, not a pair of factors</source>
        <translation>%1是完整的张量，不是一对因子</translation>
    </message>
    <message>
        <source>%1 is not a matrix</source>
        <translation>%1不是矩阵</translation>
    </message>
    <message>
        <source>the factors of %1 have the ranks %2 and %3</source>
        <translation>%1的两个因子的秩分别为%2和%3</translation>
    </message>
    <message>
        <source>the factor alpha of %1 is not a number</source>
        <translation>%1的alpha值不是数字</translation>
    </message>
    <message>
        <source>it holds no factors</source>
        <translation>其中没有因子</translation>
    </message>
    <message>
        <source>%1 has only one of its two factors</source>
        <translation>%1只有两个因子中的一个</translation>
    </message>
    <message>
        <source>%1 is not a matrix of F32, F16 or BF16</source>
        <translation>%1不是F32、F16或BF16矩阵</translation>
    </message>
    <message>
        <source>its settings are no JSON object</source>
        <translation>其设置不是JSON对象</translation>
    </message>
    <message>
        <source>its weights are in adapter_model.bin, which can hold programs and is never opened; save it as safetensors</source>
        <translation>其权重在adapter_model.bin中，这种文件可能含有程序，因此从不打开；请另存为safetensors</translation>
    </message>
    <message>
        <source>it was trained with DoRA, which also scales the weights</source>
        <translation>它用DoRA训练，还会缩放权重</translation>
    </message>
    <message>
        <source>it changes biases as well</source>
        <translation>它还修改偏置</translation>
    </message>
    <message>
        <source>it replaces whole layers (modules_to_save)</source>
        <translation>它替换整个层（modules_to_save）</translation>
    </message>
    <message>
        <source>it needs the setting %1</source>
        <translation>它需要设置%1</translation>
    </message>
    <message>
        <source>its training changed the base model too (%1)</source>
        <translation>它的训练也改变了基础模型（%1）</translation>
    </message>
    <message>
        <source>%1 is not a list of patterns</source>
        <translation>%1不是模式列表</translation>
    </message>
    <message>
        <source>%1 is not a pattern with a number</source>
        <translation>%1不是带有数字的模式</translation>
    </message>
    <message>
        <source>its settings lack %1</source>
        <translation>其设置缺少%1</translation>
    </message>
    <message>
        <source>a pattern of its settings takes too long to match</source>
        <translation>其设置中的某个模式匹配耗时过长</translation>
    </message>
    <message>
        <source>several patterns of its settings match %1</source>
        <translation>其设置中有多个模式与%1匹配</translation>
    </message>
    <message>
        <source>%1 has the rank %2 where its settings say %3</source>
        <translation>%1的秩为%2，而设置中为%3</translation>
    </message>
    <message>
        <source>its strength must be from -%1 to %1</source>
        <translation>其强度必须在-%1到%1之间</translation>
    </message>
    <message>
        <source>it changes %1, which this model does not have</source>
        <translation>它修改%1，而此模型没有</translation>
    </message>
    <message>
        <source>it was made for a %1 of %2 values, not of %3</source>
        <translation>它所针对的%1大小为%2，而不是%3</translation>
    </message>
    <message>
        <source>the adapters&apos; ranks add up to %1, and %2 can be used</source>
        <translation>适配器的秩合计为%1，最多可用%2</translation>
    </message>
    <message>
        <source>adapters need %1 bytes in one buffer of at most %2</source>
        <translation>适配器在一个缓冲区中需要%1字节，而上限为%2字节</translation>
    </message>
    <message>
        <source>it needs a model</source>
        <translation>它需要一个模型</translation>
    </message>
    <message>
        <source>%1 names no rule for cutting text into words; that of %2 is used</source>
        <translation>%1未指明如何将文本切分为词，因此采用%2的规则</translation>
    </message>
    <message>
        <source>%1 is not one of its tokens and is passed over</source>
        <translation>%1不是此模型的词元，已忽略</translation>
    </message>
    <message>
        <source>%1 is typed as ordinary text; it ends a reply all the same</source>
        <translation>%1被标为普通文本，仍按回复的结束标记处理</translation>
    </message>
    <message>
        <source>it cannot multiply experts for another device</source>
        <translation>它无法替其他设备计算专家</translation>
    </message>
    <message>
        <source>nobody multiplies the experts of some layers</source>
        <translation>部分层的专家没有设备来计算</translation>
    </message>
    <message>
        <source>either layers or experts are shared with the processor, not both</source>
        <translation>只能把层或专家之一分给处理器，不能两者都分</translation>
    </message>
    <message>
        <source>this model has no experts that the processor could take</source>
        <translation>此模型没有可交给处理器的专家</translation>
    </message>
    <message>
        <source>it is too small to time its disk with</source>
        <translation>它太小，无法用来测量磁盘速度</translation>
    </message>
</context>
<context>
    <name>ErrorNote</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ExampleQuestion</name>
    <message>
        <source>Example: %1</source>
        <translation>示例：%1</translation>
    </message>
</context>
<context>
    <name>FetchQuestion</name>
    <message>
        <source>Look again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Download anyway</source>
        <translation>仍然下载</translation>
    </message>
    <message>
        <source>Download and convert</source>
        <translation>下载并转换</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>FitList</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Looking at the models…</source>
        <translation>正在查看模型…</translation>
    </message>
    <message>
        <source>No model here answers to this filter.</source>
        <translation>没有符合条件的模型。</translation>
    </message>
</context>
<context>
    <name>FitRowButton</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pause: %1</source>
        <translation>暂停：%1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Resume: %1</source>
        <translation>继续：%1</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Try again: %1</source>
        <translation>重试：%1</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Chat with %1</source>
        <translation>与%1对话</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Download %1</source>
        <translation>下载%1</translation>
    </message>
    <message>
        <source>Download and convert</source>
        <translation>下载并转换</translation>
    </message>
    <message>
        <source>Download and convert %1</source>
        <translation>下载并转换%1</translation>
    </message>
    <message>
        <source>What would run it?</source>
        <translation>需要什么显卡？</translation>
    </message>
    <message>
        <source>What would run %1?</source>
        <translation>%1需要什么显卡？</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>重新定位…</translation>
    </message>
    <message>
        <source>Locate %1</source>
        <translation>重新定位%1</translation>
    </message>
</context>
<context>
    <name>FitRowText</name>
    <message>
        <source>This model does not fit %1: %2.</source>
        <translation>此模型放不进%1：%2。</translation>
    </message>
    <message>
        <source>its file is not there any more</source>
        <translation>文件已不在原处</translation>
    </message>
    <message>
        <source>not downloaded</source>
        <translation>未下载</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>在本机上</translation>
    </message>
</context>
<context>
    <name>FitText</name>
    <message>
        <source>%1 to spare at %2</source>
        <translation>%2时剩余%1</translation>
    </message>
    <message>
        <source>%1 would need %2 more</source>
        <translation>%1还差%2</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>放得下</translation>
    </message>
    <message>
        <source>Tight</source>
        <translation>勉强放得下</translation>
    </message>
    <message>
        <source>Fits at %1</source>
        <translation>%1时放得下</translation>
    </message>
    <message>
        <source>%1 of %2 layers</source>
        <translation>%2层中的%1层</translation>
    </message>
    <message>
        <source>Does not fit</source>
        <translation>放不下</translation>
    </message>
    <message>
        <source>the rest on the processor, %1 of memory</source>
        <translation>其余在处理器上，占内存%1</translation>
    </message>
    <message>
        <source>too large for this device</source>
        <translation>对此设备来说太大</translation>
    </message>
    <message>
        <source>needs %1, %2 more than there is</source>
        <translation>需要%1，还差%2</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>每秒%1个词元</translation>
    </message>
    <message>
        <source>≈ %1 tokens/s</source>
        <translation>每秒约%1个词元</translation>
    </message>
    <message>
        <source>measured here, ±%1 %</source>
        <translation>本机实测，±%1%</translation>
    </message>
    <message>
        <source>estimated from other models here, ±%1 %</source>
        <translation>据本机其他模型估算，±%1%</translation>
    </message>
    <message>
        <source>estimated, ±%1 %</source>
        <translation>估算，±%1%</translation>
    </message>
    <message>
        <source>reads 1,000 tokens in %1 s</source>
        <translation>%1秒读1000个词元</translation>
    </message>
    <message>
        <source>%1K</source>
        <translation>%1K</translation>
    </message>
    <message>
        <source>needs %1, %2 more than there is; %3 would fit</source>
        <translation>需要%1，还差%2；%3可以放下</translation>
    </message>
    <message>
        <source>Attention on the card, experts in memory</source>
        <translation>注意力在显卡上，专家在内存中</translation>
    </message>
    <message>
        <source>experts of %1 of %2 layers on the processor, %3 of memory</source>
        <translation>%2层中%1层的专家在处理器上，占内存%3</translation>
    </message>
    <message>
        <source>needs %1, %2 more than there is: that would be read from the disk as it answers</source>
        <translation>需要%1，还差%2：差的部分在回答时从磁盘读取</translation>
    </message>
    <message>
        <source>≈ %1 s for a token</source>
        <translation>≈ 每个词元%1秒</translation>
    </message>
</context>
<context>
    <name>FoundList</name>
    <message>
        <source>Found on this computer</source>
        <translation>在本机找到的模型</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>There is none.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>In the models folder or in other programs. They are used where they are; nothing is copied.</source>
        <translation>这些模型在模型文件夹或其他程序中。将在原位置直接使用，不会复制。</translation>
    </message>
</context>
<context>
    <name>FoundRow</name>
    <message>
        <source>Added</source>
        <translation>已添加</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>%1 is in the list</source>
        <translation>%1已在列表中</translation>
    </message>
    <message>
        <source>Add %1</source>
        <translation>添加%1</translation>
    </message>
</context>
<context>
    <name>FoundSheet</name>
    <message>
        <source>Found on this computer</source>
        <translation>在本机找到的模型</translation>
    </message>
</context>
<context>
    <name>FoundStrip</name>
    <message>
        <source>Show them</source>
        <translation>查看</translation>
    </message>
    <message numerus="yes">
        <source>%n more model(s) found on this computer.</source>
        <translation>
            <numerusform>在本机又找到%n个模型。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GenerationSettings</name>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Takes effect when a model is loaded again</source>
        <translation>重新加载模型后生效</translation>
    </message>
    <message>
        <source>Choose for me</source>
        <translation>自动选择</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>How much of a conversation the model sees. Longer takes more memory.</source>
        <translation>模型能看到的对话长度，越长占用内存越多。</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1个词元</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Higher is more varied, lower more certain</source>
        <translation>越高越多样，越低越确定</translation>
    </message>
    <message>
        <source>As the model recommends</source>
        <translation>按模型推荐</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>What every model should know or heed, such as “Answer briefly.”</source>
        <translation>希望每个模型了解或遵守的内容，例如“回答要简短。”</translation>
    </message>
</context>
<context>
    <name>GpuChooser</name>
    <message>
        <source>What if another GPU?</source>
        <translation>换一块GPU会怎样？</translation>
    </message>
</context>
<context>
    <name>GpuList</name>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Graphics processors</source>
        <translation>图形处理器</translation>
    </message>
    <message>
        <source>No GPU of the catalogue runs it alone.</source>
        <translation>目录中没有能单独运行它的GPU。</translation>
    </message>
    <message>
        <source>Choose one to see the whole list of models for it.</source>
        <translation>选择一块GPU，即可查看所有模型在它上面的情况。</translation>
    </message>
    <message>
        <source>No card holds this model. These would have the memory for it, one alone or several in a server; Ponder itself uses one at a time:</source>
        <translation>没有一块显卡装得下此模型。以下设备单独一块，或在服务器中多块一起，内存才足够；Ponder本身一次只使用一块：</translation>
    </message>
    <message>
        <source>It does not fit here. What would run it, as estimated:</source>
        <translation>这里放不下它。以下设备可以运行它（估计）：</translation>
    </message>
</context>
<context>
    <name>GpuSearch</name>
    <message>
        <source>Search by name</source>
        <translation>按名称查找</translation>
    </message>
    <message>
        <source>Graphics processors</source>
        <translation>图形处理器</translation>
    </message>
    <message>
        <source>The catalogue has no GPU of this name.</source>
        <translation>目录中没有这个名称的GPU。</translation>
    </message>
</context>
<context>
    <name>GroupHeading</name>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation>最近7天</translation>
    </message>
    <message>
        <source>Previous 30 days</source>
        <translation>最近30天</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>更早</translation>
    </message>
</context>
<context>
    <name>HubPage</name>
    <message>
        <source>Licence: %1</source>
        <translation>许可证：%1</translation>
    </message>
    <message>
        <source>Repository</source>
        <translation>仓库</translation>
    </message>
    <message>
        <source>OWNER/NAME or the address of its page</source>
        <translation>所有者/名称，或其页面地址</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Nothing is downloaded before you choose a file. The address of the hub, a proxy and an access token are in the settings.</source>
        <translation>在您选择文件之前不会下载任何内容。仓库地址、代理和访问令牌在设置中。</translation>
    </message>
    <message>
        <source>Asking the hub…</source>
        <translation>正在查询仓库…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Its owner asks for consent to the terms: agree on its page, then enter your access token in the settings.</source>
        <translation>所有者要求同意其条款：请先在其页面上同意，再在设置中填入访问令牌。</translation>
    </message>
    <message>
        <source>Files of the repository</source>
        <translation>仓库中的文件</translation>
    </message>
</context>
<context>
    <name>HubRow</name>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n个文件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) missing</source>
        <translation>
            <numerusform>缺少%n个分片</numerusform>
        </translation>
    </message>
    <message>
        <source>Download %1</source>
        <translation>下载%1</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
</context>
<context>
    <name>HubSetting</name>
    <message>
        <source>Hub of models</source>
        <translation>模型仓库</translation>
    </message>
    <message>
        <source>From the environment: %1</source>
        <translation>来自环境变量：%1</translation>
    </message>
    <message>
        <source>Address of the hub or of a mirror. In use: %1</source>
        <translation>仓库或镜像的地址。正在使用：%1</translation>
    </message>
    <message>
        <source>Address of the hub</source>
        <translation>仓库地址</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Empty: as the system. “none”: no proxy.</source>
        <translation>留空：跟随系统。“none”：不使用代理。</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>访问令牌</translation>
    </message>
    <message>
        <source>From the environment</source>
        <translation>来自环境变量</translation>
    </message>
    <message>
        <source>For models that ask for consent. Kept in the system&apos;s keyring.</source>
        <translation>用于需要同意条款的模型。保存在系统钥匙串中。</translation>
    </message>
    <message>
        <source>For models that ask for consent. There is no keyring here: it is kept until the program ends.</source>
        <translation>用于需要同意条款的模型。此处没有钥匙串：仅保留到程序结束。</translation>
    </message>
    <message>
        <source>A token is set</source>
        <translation>已设置令牌</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Forget the access token</source>
        <translation>清除访问令牌</translation>
    </message>
    <message>
        <source>Test the connection</source>
        <translation>测试连接</translation>
    </message>
</context>
<context>
    <name>HubSheet</name>
    <message>
        <source>Models on the hub</source>
        <translation>模型仓库中的模型</translation>
    </message>
</context>
<context>
    <name>LookSettings</name>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation>思考过程</translation>
    </message>
    <message>
        <source>What happens to the thoughts of a model when it answers</source>
        <translation>模型开始回答时，如何显示思考过程</translation>
    </message>
    <message>
        <source>Fold after thinking</source>
        <translation>思考后折叠</translation>
    </message>
    <message>
        <source>Always open</source>
        <translation>始终展开</translation>
    </message>
    <message>
        <source>Always folded</source>
        <translation>始终折叠</translation>
    </message>
    <message>
        <source>Less motion</source>
        <translation>减少动态效果</translation>
    </message>
    <message>
        <source>Nothing slides, fades or breathes</source>
        <translation>没有滑动、淡入淡出和呼吸效果</translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>Ponder</source>
        <translation>Ponder</translation>
    </message>
</context>
<context>
    <name>MemoryLegend</name>
    <message>
        <source>weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>work space</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Memory:</source>
        <translation>内存：</translation>
    </message>
    <message>
        <source>Graphics memory:</source>
        <translation>显存：</translation>
    </message>
</context>
<context>
    <name>MemoryMeter</name>
    <message>
        <source>Memory %1 GB</source>
        <translation>内存%1 GB</translation>
    </message>
    <message>
        <source>Context %1%</source>
        <translation>上下文%1%</translation>
    </message>
    <message>
        <source>Memory %1 / %2 GB</source>
        <comment>of a graphics card</comment>
        <translation>显存%1/%2 GB</translation>
    </message>
    <message>
        <source>Memory %1 / %2 GB</source>
        <comment>of the computer</comment>
        <translation>内存%1/%2 GB</translation>
    </message>
</context>
<context>
    <name>MergeSheet</name>
    <message>
        <source>Merge into a new file</source>
        <translation>合并为新文件</translation>
    </message>
    <message>
        <source>A new model is made in the models folder: this one with the adapters that are switched on, each with its strength. The model and the adapters stay as they are.</source>
        <translation>在模型文件夹中生成新模型：按各自的强度合并已启用的适配器。原模型和适配器保持不变。</translation>
    </message>
    <message>
        <source>Merge as %1</source>
        <translation>合并为%1</translation>
    </message>
</context>
<context>
    <name>MessageList</name>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Jump to the end</source>
        <translation>跳到末尾</translation>
    </message>
</context>
<context>
    <name>ModalDialog</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ModelAbout</name>
    <message>
        <source>Place</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>成绩</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Quantizations on %1</source>
        <translation>各种量化在%1上的情况</translation>
    </message>
    <message>
        <source>Hide the model card</source>
        <translation>收起模型卡</translation>
    </message>
    <message>
        <source>Show the model card</source>
        <translation>查看模型卡</translation>
    </message>
</context>
<context>
    <name>ModelActions</name>
    <message>
        <source>The file is not there any more. If it was moved, show where it is now.</source>
        <translation>文件已不在原处。如果移动过，请指出它现在的位置。</translation>
    </message>
    <message>
        <source>New name of the model</source>
        <translation>模型的新名称</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>重新定位…</translation>
    </message>
    <message>
        <source>Keep the name</source>
        <translation>保存名称</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>从列表移除</translation>
    </message>
    <message>
        <source>Delete the file…</source>
        <translation>删除文件…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Where is the model now?</source>
        <translation>模型现在在哪里？</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>模型 (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>ModelAdvice</name>
    <message>
        <source>The model file asks for this value.</source>
        <translation>模型文件要求使用此值。</translation>
    </message>
    <message>
        <source>DeepSeek&apos;s model card recommends it for the R1 family.</source>
        <translation>DeepSeek的模型卡为R1系列推荐此值。</translation>
    </message>
    <message>
        <source>Recommended for models that think before they answer.</source>
        <translation>推荐用于先思考再回答的模型。</translation>
    </message>
    <message>
        <source>The makers of this model publish it.</source>
        <translation>此模型的制作者公布的值。</translation>
    </message>
    <message>
        <source>A usual value; the model does not say one.</source>
        <translation>通常的值；模型没有给出。</translation>
    </message>
    <message>
        <source>This template does not work, so the model&apos;s own is used: %1</source>
        <translation>此模板无法使用，因此采用模型自带的模板：%1</translation>
    </message>
    <message>
        <source>This template works and takes the place of the model&apos;s own.</source>
        <translation>此模板可用，并代替模型自带的模板。</translation>
    </message>
    <message>
        <source>The model brings its own template, and it works.</source>
        <translation>模型自带的模板可以正常使用。</translation>
    </message>
    <message>
        <source>The model has no template; the built-in one for %1 is used.</source>
        <translation>模型没有模板，使用内置的%1模板。</translation>
    </message>
    <message>
        <source>The model&apos;s template does not work; the built-in one for %1 is used.</source>
        <translation>模型的模板无法使用，改用内置的%1模板。</translation>
    </message>
    <message>
        <source>DeepSeek&apos;s model card advises against a system prompt; what you write here goes in front of the first question.</source>
        <translation>DeepSeek的模型卡不建议使用系统提示；此处的内容会放在第一个问题之前。</translation>
    </message>
    <message>
        <source>The template has no place for a system prompt; what you write here goes in front of the first question.</source>
        <translation>模板中没有系统提示的位置；此处的内容会放在第一个问题之前。</translation>
    </message>
    <message>
        <source>Thinking needs room, %1 tokens if the memory allows; the model was trained for %2.</source>
        <translation>思考需要空间，内存允许时建议%1个词元；模型训练长度为%2个词元。</translation>
    </message>
    <message>
        <source>The model was trained for %1 tokens.</source>
        <translation>模型的训练长度为%1个词元。</translation>
    </message>
    <message>
        <source>Not needed beside top-p; 0 turns it off.</source>
        <translation>有top-p时不需要；0表示关闭。</translation>
    </message>
    <message>
        <source>Thoughts count too; a smaller limit may cut the answer off.</source>
        <translation>思考也计算在内；上限较小时回答可能被截断。</translation>
    </message>
    <message>
        <source>Left open, as many of the %1 layers as fit go to the graphics processor.</source>
        <translation>留空时，%1层中能放下的都会放到图形处理器上。</translation>
    </message>
    <message>
        <source>q8_0 takes about half the memory of f16 for the context and loses a little accuracy.</source>
        <translation>q8_0的上下文内存约为f16的一半，精度略有损失。</translation>
    </message>
    <message>
        <source>This model is no mixture of experts; leave it open.</source>
        <translation>此模型不是混合专家模型，请留空。</translation>
    </message>
    <message>
        <source>Left open, the graphics processor has the experts of as many of the %1 layers as fit, and all else of each.</source>
        <translation>留空时，显卡放置%1层中能容纳的各层专家，以及每层的其余部分。</translation>
    </message>
</context>
<context>
    <name>ModelButton</name>
    <message>
        <source>Loading %1</source>
        <translation>正在加载%1</translation>
    </message>
    <message>
        <source>%1 could not be loaded</source>
        <translation>%1加载失败</translation>
    </message>
    <message>
        <source>The model could not be loaded</source>
        <translation>模型加载失败</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>未打开模型</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>模型：%1</translation>
    </message>
</context>
<context>
    <name>ModelMenu</name>
    <message>
        <source>Recent models</source>
        <translation>最近使用的模型</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>Unload the model</source>
        <translation>卸载模型</translation>
    </message>
</context>
<context>
    <name>ModelSettingField</name>
    <message>
        <source>Recommended: %1</source>
        <translation>推荐：%1</translation>
    </message>
    <message>
        <source>From %1 to %2</source>
        <translation>从%1到%2</translation>
    </message>
    <message>
        <source>Reset %1 to recommended</source>
        <translation>将%1恢复为推荐值</translation>
    </message>
    <message>
        <source>Choose for me</source>
        <translation>自动选择</translation>
    </message>
</context>
<context>
    <name>ModelSettingsPanel</name>
    <message>
        <source>Some of this holds when the model is loaded again.</source>
        <translation>部分设置在重新加载模型后生效。</translation>
    </message>
    <message>
        <source>Load again</source>
        <translation>重新加载</translation>
    </message>
    <message>
        <source>Looking at the model…</source>
        <translation>正在查看模型…</translation>
    </message>
    <message>
        <source>Reset all to recommended</source>
        <translation>全部恢复推荐值</translation>
    </message>
</context>
<context>
    <name>ModelSheetContent</name>
    <message>
        <source>About</source>
        <translation>简介</translation>
    </message>
    <message>
        <source>Which GPUs run it?</source>
        <translation>哪些GPU能运行？</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Adapters</source>
        <translation>适配器</translation>
    </message>
</context>
<context>
    <name>ModelsFilters</name>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>本机已有</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>放得下</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
</context>
<context>
    <name>ModelsHeader</name>
    <message>
        <source>Show the sidebar (Ctrl+B)</source>
        <translation>显示侧边栏 (Ctrl+B)</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>What if: %1</source>
        <translation>假设：%1</translation>
    </message>
    <message>
        <source>Back to this computer</source>
        <translation>回到本机</translation>
    </message>
    <message>
        <source>Another GPU…</source>
        <translation>换一块GPU…</translation>
    </message>
    <message>
        <source>What if another GPU?</source>
        <translation>换一块GPU会怎样？</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Browse models</source>
        <translation>浏览模型</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Drop models anywhere in this window: files, folders, several at once.</source>
        <translation>把模型文件或文件夹拖到本窗口任意位置，可一次多个。</translation>
    </message>
</context>
<context>
    <name>NeededMachine</name>
    <message>
        <source>A computer with %1 of memory that is read at %2 GB/s: %3</source>
        <translation>内存%1、读取速度%2 GB/s的计算机：%3</translation>
    </message>
    <message>
        <source>Attention on a card like %1, experts in %2 of memory: %3</source>
        <translation>注意力在%1这样的显卡上，专家在%2内存中：%3</translation>
    </message>
    <message>
        <source>A computer with %1 of memory and a disk that is read at %2 GB/s: %3</source>
        <translation>内存%1、磁盘读取速度%2 GB/s的计算机：%3</translation>
    </message>
</context>
<context>
    <name>NewChatButton</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
</context>
<context>
    <name>OpenModelDialog</name>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>模型 (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>QuantizationChip</name>
    <message>
        <source>Quantization: %1</source>
        <translation>量化：%1</translation>
    </message>
</context>
<context>
    <name>QuantizationRow</name>
    <message>
        <source>%1% of the quality</source>
        <translation>保留%1%的质量</translation>
    </message>
</context>
<context>
    <name>QuestionBubble</name>
    <message>
        <source>Edit the question</source>
        <translation>编辑问题</translation>
    </message>
    <message>
        <source>Copy the question</source>
        <translation>复制问题</translation>
    </message>
</context>
<context>
    <name>RecentModelRow</name>
    <message>
        <source>The file is not there any more</source>
        <translation>文件已不在原处</translation>
    </message>
    <message>
        <source>Take %1 off this list</source>
        <translation>从列表中移除%1</translation>
    </message>
</context>
<context>
    <name>Recognition</name>
    <message>
        <source>These files are missing: %1.</source>
        <translation>缺少以下文件：%1。</translation>
    </message>
    <message>
        <source>Run &quot;ollama pull %1&quot;.</source>
        <translation>请运行“ollama pull %1”。</translation>
    </message>
    <message>
        <source>LoRA adapter (PEFT folder) · %1</source>
        <translation>LoRA适配器（PEFT文件夹）· %1</translation>
    </message>
    <message>
        <source>An adapter changes another model and cannot answer alone.</source>
        <translation>适配器用于改变另一个模型，不能单独回答。</translation>
    </message>
    <message>
        <source>Choose it in the settings of the model that it was made for.</source>
        <translation>请在它所对应模型的设置中选择它。</translation>
    </message>
    <message>
        <source>AWQ folder · %1</source>
        <translation>AWQ文件夹 · %1</translation>
    </message>
    <message>
        <source>safetensors folder · %1</source>
        <translation>safetensors文件夹 · %1</translation>
    </message>
    <message>
        <source>Download the rest of the folder.</source>
        <translation>请下载该文件夹的其余部分。</translation>
    </message>
    <message>
        <source>It must be converted to GGUF first.</source>
        <translation>需要先转换为GGUF。</translation>
    </message>
    <message>
        <source>Convert it here, or with &quot;ponder-cli convert&quot;.</source>
        <translation>请在此处转换，或使用“ponder-cli convert”。</translation>
    </message>
    <message>
        <source>GGUF part %1 of %2 · %3</source>
        <translation>GGUF分片%1/%2 · %3</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) are missing: %1.</source>
        <translation>
            <numerusform>缺少%n个分片：%1。</numerusform>
        </translation>
    </message>
    <message>
        <source>Put all parts into one folder.</source>
        <translation>请把所有分片放到同一个文件夹。</translation>
    </message>
    <message>
        <source>LoRA adapter · %1</source>
        <translation>LoRA适配器 · %1</translation>
    </message>
    <message>
        <source>Use a GGUF or safetensors version of this model.</source>
        <translation>请使用此模型的GGUF或safetensors版本。</translation>
    </message>
    <message>
        <source>Download it again.</source>
        <translation>请重新下载。</translation>
    </message>
    <message>
        <source>PyTorch weights. Such files can run programs when they are opened, so they are not read.</source>
        <translation>PyTorch权重。此类文件在打开时可能运行程序，因此不会读取。</translation>
    </message>
    <message>
        <source>Use a GGUF or safetensors version of this model, or convert it to safetensors with the tools of its makers.</source>
        <translation>请使用此模型的GGUF或safetensors版本，或用其制作者的工具转换为safetensors。</translation>
    </message>
    <message>
        <source>An archive; what is in it cannot be used.</source>
        <translation>压缩包；其中的内容无法直接使用。</translation>
    </message>
    <message>
        <source>Unpack it and drop what was in it.</source>
        <translation>请解压后拖放其中的内容。</translation>
    </message>
    <message>
        <source>An unfinished download.</source>
        <translation>尚未完成的下载。</translation>
    </message>
    <message>
        <source>Let it finish, then drop the finished file.</source>
        <translation>请等下载完成后再拖放完整的文件。</translation>
    </message>
    <message>
        <source>A Git LFS pointer; the weights were not downloaded.</source>
        <translation>Git LFS指针；权重尚未下载。</translation>
    </message>
    <message>
        <source>Run &quot;git lfs pull&quot; in its folder and drop it again.</source>
        <translation>请在其文件夹中运行“git lfs pull”，然后重新拖放。</translation>
    </message>
    <message>
        <source>A web page that was saved in place of the model.</source>
        <translation>代替模型保存下来的网页。</translation>
    </message>
    <message>
        <source>Download it again; some models ask you to log in first.</source>
        <translation>请重新下载；有些模型需要先登录。</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>文件是空的。</translation>
    </message>
    <message>
        <source>A file in the old GGML format, from before GGUF.</source>
        <translation>GGUF之前的旧GGML格式文件。</translation>
    </message>
    <message>
        <source>GGUF version 1; versions 2 and 3 can be read.</source>
        <translation>GGUF版本1；只能读取版本2和3。</translation>
    </message>
    <message>
        <source>Download a newer GGUF file of this model.</source>
        <translation>请下载此模型较新的GGUF文件。</translation>
    </message>
    <message>
        <source>A GGUF file for big-endian computers.</source>
        <translation>供大端序计算机使用的GGUF文件。</translation>
    </message>
    <message>
        <source>Use the usual GGUF file of this model.</source>
        <translation>请使用此模型的普通GGUF文件。</translation>
    </message>
    <message>
        <source>The part of a model that sees pictures (mmproj); it cannot answer alone.</source>
        <translation>模型中用于识图的部分（mmproj），不能单独回答。</translation>
    </message>
    <message>
        <source>Drop the GGUF file of the model itself.</source>
        <translation>请拖放模型本身的GGUF文件。</translation>
    </message>
    <message>
        <source>A vocabulary without weights.</source>
        <translation>没有权重的词表。</translation>
    </message>
    <message>
        <source>An importance matrix for quantizing; it is not a model.</source>
        <translation>用于量化的重要性矩阵，不是模型。</translation>
    </message>
    <message>
        <source>Safetensors weights without the files that describe them.</source>
        <translation>缺少说明文件的safetensors权重。</translation>
    </message>
    <message>
        <source>Drop the whole folder, with config.json and the tokenizer.</source>
        <translation>请拖放整个文件夹，其中要有config.json和分词器。</translation>
    </message>
    <message>
        <source>An ONNX model, made for other programs.</source>
        <translation>为其他程序制作的ONNX模型。</translation>
    </message>
    <message>
        <source>MLX weights, made for programs on Apple computers.</source>
        <translation>为Apple电脑上的程序制作的MLX权重。</translation>
    </message>
    <message>
        <source>Weights quantized by GPTQ, which cannot be converted.</source>
        <translation>经GPTQ量化的权重，无法转换。</translation>
    </message>
    <message>
        <source>Use a GGUF file, the AWQ version or the unquantized safetensors version of this model.</source>
        <translation>请使用此模型的GGUF文件、AWQ版本或未量化的safetensors版本。</translation>
    </message>
    <message>
        <source>Weights quantized for ExLlama (EXL2, EXL3), which cannot be converted.</source>
        <translation>为ExLlama量化的权重（EXL2、EXL3），无法转换。</translation>
    </message>
    <message>
        <source>Weights quantized by bitsandbytes, which cannot be converted.</source>
        <translation>经bitsandbytes量化的权重，无法转换。</translation>
    </message>
    <message>
        <source>Weights quantized in a way that cannot be converted.</source>
        <translation>以无法转换的方式量化的权重。</translation>
    </message>
    <message>
        <source>A TensorRT engine, built for one graphics card.</source>
        <translation>为某一块显卡构建的TensorRT引擎。</translation>
    </message>
    <message>
        <source>A Core ML model, made for programs on Apple computers.</source>
        <translation>为Apple电脑上的程序制作的Core ML模型。</translation>
    </message>
    <message>
        <source>A TensorFlow or Keras model, made for other programs.</source>
        <translation>为其他程序制作的TensorFlow或Keras模型。</translation>
    </message>
    <message>
        <source>Flax weights, made for other programs.</source>
        <translation>为其他程序制作的Flax权重。</translation>
    </message>
    <message>
        <source>A recipe of Ollama (Modelfile); the weights are elsewhere.</source>
        <translation>Ollama的配方文件（Modelfile）；权重在别处。</translation>
    </message>
    <message>
        <source>Drop the GGUF file that its FROM line names.</source>
        <translation>请拖放其FROM行所指的GGUF文件。</translation>
    </message>
    <message>
        <source>An adapter of another kind than LoRA.</source>
        <translation>不是LoRA的其他类型适配器。</translation>
    </message>
    <message>
        <source>Use a LoRA adapter, or a model it has been merged into.</source>
        <translation>请使用LoRA适配器，或已合并该适配器的模型。</translation>
    </message>
    <message>
        <source>This is not a model file.</source>
        <translation>这不是模型文件。</translation>
    </message>
    <message>
        <source>Drop a GGUF file (its name ends in .gguf) or the folder of a model.</source>
        <translation>请拖放GGUF文件（文件名以.gguf结尾）或模型的文件夹。</translation>
    </message>
    <message>
        <source>There is no model in this folder.</source>
        <translation>此文件夹中没有模型。</translation>
    </message>
    <message>
        <source>It is not there any more.</source>
        <translation>它已不在那里。</translation>
    </message>
    <message>
        <source>Check the disk that it was on.</source>
        <translation>请检查它所在的磁盘。</translation>
    </message>
    <message>
        <source>A link to something that is not there.</source>
        <translation>指向不存在之物的链接。</translation>
    </message>
    <message>
        <source>Drop the file itself.</source>
        <translation>请拖放文件本身。</translation>
    </message>
    <message>
        <source>You are not allowed to read it.</source>
        <translation>您没有读取它的权限。</translation>
    </message>
    <message>
        <source>Change its permissions, then drop it again.</source>
        <translation>请更改其权限，然后重新拖放。</translation>
    </message>
    <message>
        <source>This is neither an ordinary file nor a folder.</source>
        <translation>这既不是普通文件，也不是文件夹。</translation>
    </message>
    <message>
        <source>This is a link, not a file.</source>
        <translation>这是链接，不是文件。</translation>
    </message>
    <message>
        <source>Download the model, then drop the file.</source>
        <translation>请先下载模型，再拖放文件。</translation>
    </message>
</context>
<context>
    <name>ReplyFooter</name>
    <message>
        <source>%1 tokens/s</source>
        <translation>每秒%1词元</translation>
    </message>
    <message>
        <source>first token %1 ms</source>
        <translation>首词元%1毫秒</translation>
    </message>
    <message>
        <source>first token %1 s</source>
        <translation>首词元%1秒</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation>复制回答</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>重新生成</translation>
    </message>
    <message>
        <source>Previous reply</source>
        <translation>上一个回复</translation>
    </message>
    <message>
        <source>Next reply</source>
        <translation>下一个回复</translation>
    </message>
</context>
<context>
    <name>ReplyView</name>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Stopped at the length limit</source>
        <translation>已达到长度上限</translation>
    </message>
    <message>
        <source>Stopped: the context is full. Start a new chat or choose a longer context.</source>
        <translation>已停止：上下文已满。请新建对话，或选择较长的上下文。</translation>
    </message>
    <message>
        <source>Reply, being written</source>
        <translation>正在生成的回复</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>回复</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Ponder %1</source>
        <translation>Ponder %1</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Ponder</source>
        <translation>Ponder</translation>
    </message>
    <message>
        <source>Hide the sidebar (Ctrl+B)</source>
        <translation>隐藏侧边栏（Ctrl+B）</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>对话列表</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>SlimScrollBar</name>
    <message>
        <source>Scroll bar</source>
        <translation>滚动条</translation>
    </message>
</context>
<context>
    <name>TaskRow</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Try again: %1</source>
        <translation>重试：%1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Resume: %1</source>
        <translation>继续：%1</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pause: %1</source>
        <translation>暂停：%1</translation>
    </message>
    <message>
        <source>Take %1 off this list</source>
        <translation>将%1移出此列表</translation>
    </message>
    <message>
        <source>Cancel: %1</source>
        <translation>取消：%1</translation>
    </message>
</context>
<context>
    <name>TasksCard</name>
    <message>
        <source>In progress</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>Adding models</source>
        <translation>正在添加模型</translation>
    </message>
</context>
<context>
    <name>ThinkingHeader</name>
    <message>
        <source>Thoughts, the model is thinking</source>
        <translation>思考过程，模型正在思考</translation>
    </message>
    <message>
        <source>Shown. Press to fold.</source>
        <translation>已展开。按下可折叠。</translation>
    </message>
    <message>
        <source>Folded. Press to show.</source>
        <translation>已折叠。按下可展开。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the thoughts</source>
        <translation>复制思考过程</translation>
    </message>
</context>
<context>
    <name>ThinkingMenu</name>
    <message>
        <source>default</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Effort: %1</source>
        <translation>思考强度：%1</translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation>思考过程</translation>
    </message>
    <message>
        <source>How much the model thinks</source>
        <translation>模型思考多少</translation>
    </message>
    <message>
        <source>What becomes of earlier thoughts</source>
        <translation>如何处理之前的思考过程</translation>
    </message>
    <message>
        <source>%1 (default)</source>
        <translation>%1（默认）</translation>
    </message>
    <message>
        <source>Keep earlier thoughts</source>
        <translation>保留之前的思考过程</translation>
    </message>
</context>
<context>
    <name>ThinkingPanel</name>
    <message>
        <source>Thinking… %1</source>
        <translation>思考中…%1</translation>
    </message>
    <message>
        <source>Stopped after thinking for %1</source>
        <translation>思考%1后停止</translation>
    </message>
    <message>
        <source>Thought for %1</source>
        <translation>思考了%1</translation>
    </message>
    <message numerus="yes">
        <source>%n tokens</source>
        <translation>
            <numerusform>%n个词元</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ThoughtMarksSetting</name>
    <message>
        <source>Thoughts of this model</source>
        <translation>此模型的思考过程</translation>
    </message>
    <message>
        <source>Which part of a reply is folded away as thoughts</source>
        <translation>回复中的哪一部分作为思考过程折叠</translation>
    </message>
    <message>
        <source>As the model says</source>
        <translation>按模型的标记</translation>
    </message>
    <message>
        <source>Never fold</source>
        <translation>从不折叠</translation>
    </message>
    <message>
        <source>Between my marks</source>
        <translation>自定义标记之间</translation>
    </message>
    <message>
        <source>Opening and closing mark</source>
        <translation>开始和结束标记</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Show the sidebar (Ctrl+B)</source>
        <translation>显示侧边栏（Ctrl+B）</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel loading</source>
        <translation>取消加载</translation>
    </message>
</context>
<context>
    <name>TransferSpeed</name>
    <message>
        <source>%1 s</source>
        <translation>%1秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1分%2秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1小时%2分</translation>
    </message>
</context>
<context>
    <name>UndoToasts</name>
    <message>
        <source>“%1” was deleted</source>
        <translation>已删除“%1”</translation>
    </message>
</context>
<context>
    <name>WaitingLine</name>
    <message>
        <source>Reading the conversation… %1%</source>
        <translation>正在读取对话…%1%</translation>
    </message>
    <message>
        <source>Reading the conversation…</source>
        <translation>正在读取对话…</translation>
    </message>
</context>
<context>
    <name>WindowOptions</name>
    <message>
        <source>Chat with reasoning models on your own computer.</source>
        <translation>在自己的电脑上与推理模型对话。</translation>
    </message>
    <message>
        <source>Load this model (.gguf) at the start.</source>
        <translation>启动时加载此模型（.gguf）。</translation>
    </message>
    <message>
        <source>Answer by script, without a model and without a device.</source>
        <translation>按脚本回答，不需要模型和设备。</translation>
    </message>
    <message>
        <source>Keep chats and settings in this folder.</source>
        <translation>把对话和设置保存在此文件夹中。</translation>
    </message>
    <message>
        <source>Draw pictures of the window into this folder and leave.</source>
        <translation>把窗口画面保存到此文件夹后退出。</translation>
    </message>
    <message>
        <source>Leave after so many milliseconds (for tests).</source>
        <translation>经过指定毫秒后退出（用于测试）。</translation>
    </message>
    <message>
        <source>The same as --model.</source>
        <translation>与--model相同。</translation>
    </message>
</context>
<context>
    <name>ponder::App</name>
    <message>
        <source>The chat could not be saved: %1. Check the space on the disk.</source>
        <translation>聊天无法保存：%1。请检查磁盘空间。</translation>
    </message>
</context>
<context>
    <name>ponder::ChatController</name>
    <message>
        <source>Answer ready</source>
        <translation>回答完毕</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Stopped at the longest allowed reply</source>
        <translation>已达到回复长度上限，停止</translation>
    </message>
    <message>
        <source>Stopped: the context is full</source>
        <translation>上下文已满，停止</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>正在思考</translation>
    </message>
    <message>
        <source>Answering</source>
        <translation>正在回答</translation>
    </message>
</context>
<context>
    <name>ponder::ChatListModel</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
</context>
<context>
    <name>ponder::Cli</name>
    <message>
        <source>Print the result as JSON.</source>
        <translation>以JSON格式输出结果。</translation>
    </message>
    <message>
        <source>Show this help.</source>
        <translation>显示此帮助。</translation>
    </message>
    <message>
        <source>auto, reference, vulkan, vulkan:1 or part of a device&apos;s name. The default is auto.</source>
        <translation>auto、reference、vulkan、vulkan:1，或设备名称的一部分。默认为auto。</translation>
    </message>
    <message>
        <source>Number format of the attention cache. The default is the device&apos;s choice.</source>
        <translation>注意力缓存的数值格式。默认由设备决定。</translation>
    </message>
    <message>
        <source>this subcommand has no such option, or it lacks its value</source>
        <translation>此子命令没有这个选项，或缺少选项的值</translation>
    </message>
    <message>
        <source>it stands where nothing is expected</source>
        <translation>此处不需要任何内容</translation>
    </message>
    <message>
        <source>give the path of a .gguf file</source>
        <translation>请给出.gguf文件的路径</translation>
    </message>
    <message>
        <source>this option is needed</source>
        <translation>需要此选项</translation>
    </message>
    <message>
        <source>give a number from %1 to %2</source>
        <translation>请给出%1到%2之间的数</translation>
    </message>
    <message>
        <source>give one of: %1</source>
        <translation>请从以下选择一个：%1</translation>
    </message>
    <message>
        <source>give token ids separated by commas, as in 1,2,3</source>
        <translation>请给出以逗号分隔的词元编号，例如1,2,3</translation>
    </message>
    <message>
        <source>round %1 of %2</source>
        <translation>第%1轮，共%2轮</translation>
    </message>
    <message>
        <source>Tokens of the reply.</source>
        <translation>回复的词元数。</translation>
    </message>
    <message>
        <source>Rounds; the result is their median.</source>
        <translation>测量轮数，结果取中位数。</translation>
    </message>
    <message>
        <source>Measures reading and writing speed, loading time and memory.</source>
        <translation>测量读取和生成速度、加载时间与内存。</translation>
    </message>
    <message>
        <source>give either it or --ids, and not both</source>
        <translation>它与--ids只能选用一个</translation>
    </message>
    <message>
        <source>The text to continue, UTF-8; - is standard input.</source>
        <translation>要续写的文本，UTF-8编码；-表示标准输入。</translation>
    </message>
    <message>
        <source>The tokens to continue, in place of a text.</source>
        <translation>要续写的词元，用来代替文本。</translation>
    </message>
    <message>
        <source>Text that spells a special token becomes that token.</source>
        <translation>拼写与特殊词元相同的文本按特殊词元处理。</translation>
    </message>
    <message>
        <source>Tokens to generate at most.</source>
        <translation>最多生成的词元数。</translation>
    </message>
    <message>
        <source>Continues a text without a chat template.</source>
        <translation>不用对话模板，直接续写文本。</translation>
    </message>
    <message>
        <source>            cannot be used: %1</source>
        <translation>            不可用：%1</translation>
    </message>
    <message>
        <source>Lists the devices that models can run on, best first.</source>
        <translation>列出可以运行模型的设备，最佳的在前。</translation>
    </message>
    <message>
        <source>0 takes the likeliest token.</source>
        <translation>0表示总取概率最高的词元。</translation>
    </message>
    <message>
        <source>Only the N likeliest tokens; 0 is off.</source>
        <translation>只从概率最高的N个词元中选取，0表示关闭。</translation>
    </message>
    <message>
        <source>Only tokens that make up this probability; 1 is off.</source>
        <translation>只取累计达到此概率的词元，1表示关闭。</translation>
    </message>
    <message>
        <source>Only tokens this likely beside the likeliest; 0 is off.</source>
        <translation>只取相对于最高概率达到此比例的词元，0表示关闭。</translation>
    </message>
    <message>
        <source>Above 1, seen tokens become less likely.</source>
        <translation>大于1时，出现过的词元概率降低。</translation>
    </message>
    <message>
        <source>Above 0, tokens become less likely with every use.</source>
        <translation>大于0时，词元每出现一次概率就降低一些。</translation>
    </message>
    <message>
        <source>The same seed on the same device gives the same reply; 0 is a random one.</source>
        <translation>同一设备上相同的种子给出相同的回复，0表示随机。</translation>
    </message>
    <message>
        <source>Usage: ponder-cli SUBCOMMAND [options]</source>
        <translation>用法：ponder-cli 子命令 [选项]</translation>
    </message>
    <message>
        <source>Every subcommand has --help with examples, and --json.</source>
        <translation>每个子命令都有附带示例的--help，以及--json。</translation>
    </message>
    <message>
        <source>Examples:</source>
        <translation>示例：</translation>
    </message>
    <message>
        <source>Usage: ponder-cli %1</source>
        <translation>用法：ponder-cli %1</translation>
    </message>
    <message>
        <source>Options:</source>
        <translation>选项：</translation>
    </message>
    <message>
        <source>%1 x %2 logits written</source>
        <translation>已写入%1×%2个logits</translation>
    </message>
    <message>
        <source>The tokens, at consecutive positions from 0.</source>
        <translation>词元，从位置0起依次排列。</translation>
    </message>
    <message>
        <source>The file to write: little-endian 32-bit floats, tokens x vocabulary.</source>
        <translation>要写入的文件：小端32位浮点数，词元数×词表大小。</translation>
    </message>
    <message>
        <source>Writes the logits of every position to a file.</source>
        <translation>把每个位置的logits写入文件。</translation>
    </message>
    <message>
        <source>See: ponder-cli %1</source>
        <translation>参见：ponder-cli %1</translation>
    </message>
    <message>
        <source>A subcommand is missing.</source>
        <translation>缺少子命令。</translation>
    </message>
    <message>
        <source>There is no subcommand &quot;%1&quot;.</source>
        <translation>没有子命令“%1”。</translation>
    </message>
    <message>
        <source>it has fewer than two tokens</source>
        <translation>其中不到两个词元</translation>
    </message>
    <message>
        <source>perplexity %1, %2 nat a token over %3 tokens</source>
        <translation>困惑度%1，每个词元%2奈特，共%3个词元</translation>
    </message>
    <message>
        <source>The text to score, UTF-8; - is standard input.</source>
        <translation>要评分的文本，UTF-8编码；-表示标准输入。</translation>
    </message>
    <message>
        <source>The text has %1 tokens; the first %2 are scored. --tokens 0 scores all.</source>
        <translation>文本有%1个词元，只评估前%2个。用--tokens 0可评估全部。</translation>
    </message>
    <message>
        <source>Score only the first N tokens; 0 is all of them.</source>
        <translation>只评前N个词元，0表示全部。</translation>
    </message>
    <message>
        <source>Also give the value of every token.</source>
        <translation>同时给出每个词元的值。</translation>
    </message>
    <message>
        <source>Says how well a model predicts a text.</source>
        <translation>说明模型对一段文本的预测能力。</translation>
    </message>
    <message>
        <source>give a JSON array of messages, each with a role and a content</source>
        <translation>请给出JSON消息数组，每条消息包含role和content</translation>
    </message>
    <message>
        <source>give either a model or --template-file</source>
        <translation>请给出模型或--template-file</translation>
    </message>
    <message>
        <source>A chat template (Jinja) in place of a model&apos;s.</source>
        <translation>用来代替模型自带模板的对话模板（Jinja）。</translation>
    </message>
    <message>
        <source>The conversation, a JSON array of messages; - is standard input.</source>
        <translation>对话内容，JSON消息数组；-表示标准输入。</translation>
    </message>
    <message>
        <source>Do not open the reply.</source>
        <translation>不开启回复部分。</translation>
    </message>
    <message>
        <source>What bos_token is; the default is the model&apos;s.</source>
        <translation>bos_token的值，默认取模型的值。</translation>
    </message>
    <message>
        <source>What eos_token is; the default is the model&apos;s.</source>
        <translation>eos_token的值，默认取模型的值。</translation>
    </message>
    <message>
        <source>Shows the prompt that a chat template makes of a conversation.</source>
        <translation>显示对话模板由对话生成的提示词。</translation>
    </message>
    <message>
        <source>loading %1 %</source>
        <translation>正在加载%1%</translation>
    </message>
    <message>
        <source>Warning: %1 tokens of context are more than the %2 this model was trained for.</source>
        <translation>警告：上下文%1个词元，超过模型训练时的%2个。</translation>
    </message>
    <message>
        <source>The text to split, UTF-8; - is standard input.</source>
        <translation>要切分的文本，UTF-8编码；-表示标准输入。</translation>
    </message>
    <message>
        <source>Splits a text into the tokens of a model; no token is added in front.</source>
        <translation>把文本切分为模型的词元，前面不添加词元。</translation>
    </message>
    <message>
        <source>The context is full; the reply ends here. Use --context for a longer one.</source>
        <translation>上下文已满，回复到此结束。可用--context加长上下文。</translation>
    </message>
    <message>
        <source>Ask a question; Ctrl-C stops a reply, Ctrl-D ends.</source>
        <translation>请输入问题；Ctrl-C停止回复，Ctrl-D结束。</translation>
    </message>
    <message>
        <source>One question; without it, questions are read line by line.</source>
        <translation>一个问题；不给出时逐行读取问题。</translation>
    </message>
    <message>
        <source>What the model should always heed.</source>
        <translation>模型应始终遵守的内容。</translation>
    </message>
    <message>
        <source>Ask the model to answer without thinking.</source>
        <translation>要求模型不思考直接回答。</translation>
    </message>
    <message>
        <source>0 takes the likeliest token; the default is the model&apos;s recommendation.</source>
        <translation>0表示总取概率最高的词元，默认按模型推荐。</translation>
    </message>
    <message>
        <source>Only tokens that make up this probability; the default is the model&apos;s recommendation.</source>
        <translation>只取累计达到此概率的词元，默认按模型推荐。</translation>
    </message>
    <message>
        <source>Tokens of a reply at most; 0 is the model&apos;s recommendation.</source>
        <translation>回复最多的词元数，0表示按模型推荐。</translation>
    </message>
    <message>
        <source>Talks with a model; its thoughts are dimmed.</source>
        <translation>与模型对话，思考内容以暗色显示。</translation>
    </message>
    <message>
        <source>Goes on to N tokens where the model would end.</source>
        <translation>模型要结束时继续生成，直到N个词元。</translation>
    </message>
    <message>
        <source>Tokens of context. The default is what the model was trained for, at most 32768.</source>
        <translation>上下文的词元数。默认为模型的训练长度，最多32768。</translation>
    </message>
    <message>
        <source>Threads on the processor; 0 is one for each of its cores.</source>
        <translation>处理器上的线程数；0表示每个核心一个。</translation>
    </message>
    <message>
        <source>Reply %1:</source>
        <translation>回复%1：</translation>
    </message>
    <message>
        <source>Replies to make side by side, each with a seed of its own.</source>
        <translation>并行生成的回复数，每个回复使用各自的种子。</translation>
    </message>
    <message>
        <source>Guesses ahead from what was said before: the same reply, sooner where it repeats.</source>
        <translation>根据之前说过的内容提前猜测：回复相同，重复之处更快。</translation>
    </message>
    <message>
        <source>A smaller model of the same vocabulary guesses ahead: the same reply, sooner where it guesses well.</source>
        <translation>由词表相同的较小模型提前猜测：回复相同，猜得准时更快。</translation>
    </message>
    <message>
        <source>give numbers from %1 on, separated by commas</source>
        <translation>请给出不小于%1的数，用逗号分隔</translation>
    </message>
    <message>
        <source>  this device does not time its kernels</source>
        <translation>  此设备不为其内核计时</translation>
    </message>
    <message>
        <source>Kernels of a prompt:</source>
        <translation>读取提示的内核：</translation>
    </message>
    <message>
        <source>Kernels of a reply:</source>
        <translation>生成回复的内核：</translation>
    </message>
    <message>
        <source>Tokens of the prompt; several as in 128,512.</source>
        <translation>提示的词元数；多个时写作128,512。</translation>
    </message>
    <message>
        <source>Tokens before the reply; several as in 0,2048.</source>
        <translation>回复之前的词元数；多个时写作0,2048。</translation>
    </message>
    <message>
        <source>Tokens of the prompts, repeated as needed; otherwise ordinary ones at random.</source>
        <translation>提示所用的词元，不够时重复；不给则随机取普通词元。</translation>
    </message>
    <message>
        <source>Also measure how quickly memory can be read, and the share that replies reach.</source>
        <translation>同时测量内存读取速度，以及回复达到的比例。</translation>
    </message>
    <message>
        <source>Also print what each kernel cost, in a round of its own.</source>
        <translation>另跑一轮，列出每个内核的开销。</translation>
    </message>
    <message>
        <source>Also measure N replies that share what stands before them; 0 does not.</source>
        <translation>同时测量共用前文的N个回复；0为不测量。</translation>
    </message>
    <message>
        <source>it is missing; see --help</source>
        <translation>缺少此项，请见--help</translation>
    </message>
    <message>
        <source>writing %1 %</source>
        <translation>正在写入%1%</translation>
    </message>
    <message>
        <source>Writes a model of a real shape with random weights, to measure speed with.</source>
        <translation>写出形状真实、权重随机的模型，用于测量速度。</translation>
    </message>
    <message>
        <source>fast may round activations to eight bits where the device is quicker so; the default.</source>
        <translation>fast 在设备因此更快时可以把激活值舍入到八位；这是默认值。</translation>
    </message>
    <message>
        <source>tuning for this GPU, %1 s</source>
        <translation>正在为此GPU调优，%1秒</translation>
    </message>
    <message>
        <source>Search for the quickest kernels of each GPU (10 s) and keep them.</source>
        <translation>为每个GPU寻找最快的内核（10秒）并保存。</translation>
    </message>
    <message>
        <source>Layers on the graphics processor, the others on the processor; auto is as many as fit.</source>
        <translation>放在图形处理器上的层数，其余放在处理器上；auto表示能放多少放多少。</translation>
    </message>
    <message>
        <source>give auto or a number of layers</source>
        <translation>请给出auto或层数</translation>
    </message>
    <message>
        <source>Checks a model file and says what is in it and where it would go.</source>
        <translation>检查模型文件，说明其内容以及会放在哪里。</translation>
    </message>
    <message>
        <source>  outside the kernels: %1 ms of %2 ms, %3 %</source>
        <translation>  内核之外：%2 ms中的%1 ms，%3 %</translation>
    </message>
    <message>
        <source>JSON: &quot;results&quot; lists what was measured, each with &quot;what&quot; (prefill, first: the time to the first
token, decode), &quot;tokens&quot;, &quot;depth&quot;, &quot;sequences&quot;, &quot;median&quot;, &quot;min&quot;, &quot;max&quot; and &quot;unit&quot;; decode also has
&quot;bytes_per_second&quot; read and, with --bandwidth, its share of &quot;memory_bytes_per_second&quot;.
&quot;bytes_per_token&quot; counts the tensors that one step reads, &quot;peak_bytes&quot; is the most memory that the
process had, as the system says; the other *_bytes are what the engine holds. &quot;profile&quot; lists
&quot;kernel&quot;, &quot;calls&quot;, &quot;seconds&quot;, &quot;bytes&quot; and &quot;bytes_per_second&quot; for &quot;prefill&quot; and &quot;decode&quot;;
&quot;prefill_seconds&quot; and &quot;decode_seconds&quot; are what the whole of these rounds took.</source>
        <translation>JSON：&quot;results&quot;列出每项测量，各有&quot;what&quot;（prefill；first：到第一个词元的时间；decode）、&quot;tokens&quot;、&quot;depth&quot;、
&quot;sequences&quot;、&quot;median&quot;、&quot;min&quot;、&quot;max&quot;和&quot;unit&quot;；decode还有读取的&quot;bytes_per_second&quot;，加上--bandwidth时还有它占
&quot;memory_bytes_per_second&quot;的比例。&quot;bytes_per_token&quot;是一步所读张量的字节数，&quot;peak_bytes&quot;是系统报告的
进程最大内存；其余*_bytes是引擎占有的内存。&quot;profile&quot;分&quot;prefill&quot;和&quot;decode&quot;列出&quot;kernel&quot;、&quot;calls&quot;、
&quot;seconds&quot;、&quot;bytes&quot;和&quot;bytes_per_second&quot;；&quot;prefill_seconds&quot;和&quot;decode_seconds&quot;是这些测量的总时间。</translation>
    </message>
    <message>
        <source>Kernels of %1 replies at once:</source>
        <translation>同时生成%1条回复时的内核：</translation>
    </message>
    <message>
        <source>the model is read from this file while it is written</source>
        <translation>写入时还要从这个文件读取模型</translation>
    </message>
    <message>
        <source>it is quantized already, and quantizing it again loses more than quantizing the F16 or BF16 file of this model; --%1 does it nevertheless</source>
        <translation>它已经量化过，再次量化的损失比量化该模型的F16或BF16文件更大；--%1仍可执行</translation>
    </message>
    <message>
        <source>The weights are quantized already: the new file will be worse than one that is made from the F16 or BF16 file of this model.</source>
        <translation>权重已经量化过：新文件会比由该模型的F16或BF16文件制成的差。</translation>
    </message>
    <message>
        <source>Writes a model with smaller weights: less memory, and faster replies.</source>
        <translation>写出权重更小的模型：占用内存更少，回复更快。</translation>
    </message>
    <message>
        <source>Takes a model whose weights are quantized already.</source>
        <translation>接受权重已经量化过的模型。</translation>
    </message>
    <message>
        <source>This model has no experts: all of its matrices become Q8_0.</source>
        <translation>此模型没有专家：其所有矩阵都会变为Q8_0。</translation>
    </message>
    <message>
        <source>Types: Q2_K, Q3_K_M, IQ4_XS, IQ4_NL, Q4_0, Q4_K_M, Q5_0, Q5_K_M, Q6_K, Q8_0, F16; and MXFP4_MOE, which has the experts of a mixture in MXFP4 and all else in Q8_0. The model should be an F32, F16 or BF16 file; a split one becomes one file.</source>
        <translation>类型：Q2_K、Q3_K_M、IQ4_XS、IQ4_NL、Q4_0、Q4_K_M、Q5_0、Q5_K_M、Q6_K、Q8_0、F16；以及MXFP4_MOE，即混合专家模型的专家用MXFP4，其余用Q8_0。模型应为F32、F16或BF16文件；分片模型会合成一个文件。</translation>
    </message>
    <message>
        <source>the folder cannot be made</source>
        <translation>无法创建该文件夹</translation>
    </message>
    <message>
        <source>%1 % of %2, %3</source>
        <translation>%2的%1%，%3</translation>
    </message>
    <message>
        <source>it is there already; remove it or give another name</source>
        <translation>它已经存在；请删除它或另取名称</translation>
    </message>
    <message>
        <source>Going on behind %1 of %2 tensors.</source>
        <translation>从%2个张量中的第%1个之后继续。</translation>
    </message>
    <message>
        <source>What is done is kept. Run the same command again to go on.</source>
        <translation>已完成的部分会保留。再次运行同一命令即可继续。</translation>
    </message>
    <message>
        <source>Makes a GGUF file of a Hugging Face folder, quantized on the way.</source>
        <translation>将Hugging Face文件夹量化并转换为GGUF文件。</translation>
    </message>
    <message>
        <source>A type of the command quantize: Q2_K to F16. The default is Q4_K_M.</source>
        <translation>quantize命令的类型之一：从Q2_K到F16。默认为Q4_K_M。</translation>
    </message>
    <message>
        <source>The folder holds config.json, a tokenizer and safetensors of a model. Without OUT the file goes where Ponder keeps its models. Ctrl-C pauses; the same command goes on. What AWQ quantized keeps its four-bit numbers, as Q4_1; T is then the type of the embedding and the output.</source>
        <translation>文件夹中应有模型的config.json、分词器和safetensors文件。不指定OUT时，文件保存在Ponder存放模型的位置。按Ctrl-C可暂停，再次运行同一命令即可继续。AWQ量化过的部分以Q4_1保留原有的四位数；此时T是嵌入和输出的类型。</translation>
    </message>
    <message>
        <source>  weights %1, context %2, work space %3</source>
        <translation>  权重%1，上下文%2，工作空间%3</translation>
    </message>
    <message>
        <source>, program %1</source>
        <translation>，程序%1</translation>
    </message>
    <message>
        <source>For %1, %2 of memory, %3 free</source>
        <translation>%1，内存%2，可用%3</translation>
    </message>
    <message>
        <source>Says whether a model, or each of the catalogue, fits, with which context, and how fast it will be.</source>
        <translation>说明一个模型或目录中的每个模型能否放下、上下文可多长、速度如何。</translation>
    </message>
    <message>
        <source>A device of this machine, as `devices` lists them.</source>
        <translation>本机的设备，名称同`devices`所列。</translation>
    </message>
    <message>
        <source>Another graphics processor, as if it were in this machine.</source>
        <translation>另一款图形处理器，假设它装在本机上。</translation>
    </message>
    <message>
        <source>Tokens of context. The default is what reasoning needs.</source>
        <translation>上下文的词元数。默认为推理所需的长度。</translation>
    </message>
    <message>
        <source>Number format of the attention cache.</source>
        <translation>注意力缓存的数字格式。</translation>
    </message>
    <message>
        <source>give the name, id or path of a model in the library</source>
        <translation>请给出模型库中某个模型的名称、id或路径</translation>
    </message>
    <message>
        <source>(missing)</source>
        <translation>（缺失）</translation>
    </message>
    <message>
        <source>give a file or folder to add</source>
        <translation>请给出要添加的文件或文件夹</translation>
    </message>
    <message>
        <source>copying, %1 of %2</source>
        <translation>正在复制，%1/%2</translation>
    </message>
    <message>
        <source>this is another model; add it as a model of its own</source>
        <translation>这是另一个模型；请将其作为单独的模型添加</translation>
    </message>
    <message>
        <source>this file is not Ponder&apos;s own, so it can only be forgotten</source>
        <translation>此文件不是Ponder自己的，只能从列表中移除</translation>
    </message>
    <message>
        <source>Shows and changes the library of models, which the window uses too.</source>
        <translation>显示和更改模型库，窗口也使用它。</translation>
    </message>
    <message>
        <source>Copies what is added into Ponder&apos;s own folder.</source>
        <translation>把添加的内容复制到Ponder自己的文件夹。</translation>
    </message>
    <message>
        <source>Deletes the file of a removed model too, where it is Ponder&apos;s own.</source>
        <translation>如果文件属于Ponder，则同时删除被移除模型的文件。</translation>
    </message>
    <message>
        <source>Models are used where they lie, those on removable media are copied. A file, any part of a split set, a folder of many models, and Ollama&apos;s folder can be added. Removing a model only forgets it.</source>
        <translation>模型在原处使用，可移动介质上的模型会被复制。可以添加文件、分片模型的任意一片、包含多个模型的文件夹以及Ollama的文件夹。移除模型只是不再记录它。</translation>
    </message>
    <message>
        <source>give a type, as in Q4_K_M</source>
        <translation>请给出一种类型，例如Q4_K_M</translation>
    </message>
    <message>
        <source>The file type to write. By default every tensor keeps its format.</source>
        <translation>要写入的文件类型。默认情况下每个张量保持原有格式。</translation>
    </message>
    <message>
        <source>Writes a model and LoRA adapters as one new model.</source>
        <translation>将模型与LoRA适配器写成一个新模型。</translation>
    </message>
    <message>
        <source>Adapters are GGUF files or PEFT folders; their effects add up. A quantized base is encoded anew
where it changes, which loses a little; an F16 base loses least.</source>
        <translation>适配器为GGUF文件或PEFT文件夹，其效果相加。量化的基础模型在变化之处重新编码，
会略有损失；F16基础模型损失最小。</translation>
    </message>
    <message>
        <source>A LoRA adapter to run the model with: a GGUF file or a PEFT folder; may be given several times.</source>
        <translation>与模型一起运行的LoRA适配器：GGUF文件或PEFT文件夹；可以多次给出。</translation>
    </message>
    <message>
        <source>  (%1 files)</source>
        <translation>  （%1个文件）</translation>
    </message>
    <message>
        <source>  (%1 parts are missing on the hub)</source>
        <translation>  （模型站上缺少%1个分卷）</translation>
    </message>
    <message>
        <source>There is no GGUF file and no safetensors folder in %1.</source>
        <translation>%1中没有GGUF文件，也没有safetensors文件夹。</translation>
    </message>
    <message>
        <source>Paused at %1. The same command goes on from there.</source>
        <translation>已在%1处暂停。再次运行同一命令即可继续。</translation>
    </message>
    <message>
        <source>Downloads a model from the hub, or lists what a repository has.</source>
        <translation>从模型站下载模型，或列出仓库中的内容。</translation>
    </message>
    <message>
        <source>Only list what there is.</source>
        <translation>只列出内容。</translation>
    </message>
    <message>
        <source>Folder for the files. The default is OWNER/NAME below the folder of models.</source>
        <translation>存放文件的文件夹。默认是模型文件夹下的OWNER/NAME。</translation>
    </message>
    <message>
        <source>Address of the hub. The default is HF_ENDPOINT, else the public hub.</source>
        <translation>模型站地址。默认是HF_ENDPOINT，否则是公共模型站。</translation>
    </message>
    <message>
        <source>http://user:password@host:port, socks5://host:port or none. The default is the system&apos;s.</source>
        <translation>http://user:password@host:port、socks5://host:port或none。默认使用系统代理。</translation>
    </message>
    <message>
        <source>Ctrl-C pauses, and the same command goes on. HF_TOKEN holds the token for models whose licence asks for consent.</source>
        <translation>按Ctrl-C暂停，再次运行同一命令即可继续。需要同意许可的模型，其令牌放在HF_TOKEN中。</translation>
    </message>
    <message>
        <source>Exit codes: 0 done, 2 usage, 3 bad file, 4 does not fit, 5 device, 6 network, 130 interrupted.</source>
        <translation>退出码：0完成，2用法错误，3文件错误，4放不下，5设备错误，6网络错误，130中断。</translation>
    </message>
    <message>
        <source>Only those of one vendor: NVIDIA, AMD, Intel or Apple.</source>
        <translation>只列出某一厂商的：NVIDIA、AMD、Intel或Apple。</translation>
    </message>
    <message>
        <source>%1  %2  %3, its file cannot be read</source>
        <translation>%1  %2  %3，无法读取它的文件</translation>
    </message>
    <message>
        <source>  on this computer: %1</source>
        <translation>  在这台电脑上：%1</translation>
    </message>
    <message>
        <source>%1 GB</source>
        <translation>%1 GB</translation>
    </message>
    <message>
        <source>about $%1</source>
        <translation>约$%1</translation>
    </message>
    <message>
        <source>%1 may also mean %2; this is the answer for %3.</source>
        <translation>%1也可能指%2；这里按%3回答。</translation>
    </message>
    <message>
        <source>About the model file: %1.</source>
        <translation>关于模型文件：%1。</translation>
    </message>
    <message>
        <source>Its memory was read at %1 GB/s while the computer was busy: models may be quicker than said here.</source>
        <translation>电脑繁忙时测得的内存读取速度为%1 GB/s：模型可能比这里所说的更快。</translation>
    </message>
    <message>
        <source>Leaves out layers until the tensors fit so many GB.</source>
        <translation>减少层数，直到张量总大小不超过这么多GB。</translation>
    </message>
    <message>
        <source>Shapes: qwen2.5-0.5b, r1-qwen-1.5b, r1-qwen-7b, r1-qwen-14b, r1-qwen-32b, r1-llama-8b; tiny-qwen and tiny-llama for tests; models of the catalogue by their short names, such as qwen3-8b.
Types: those of quantize. What such a model writes has no meaning.</source>
        <translation>形状：qwen2.5-0.5b、r1-qwen-1.5b、r1-qwen-7b、r1-qwen-14b、r1-qwen-32b、r1-llama-8b；tiny-qwen和tiny-llama供测试；目录中的模型用短名，例如qwen3-8b。
类型：与quantize命令相同。这种模型写出的内容没有意义。</translation>
    </message>
    <message>
        <source>The graphics processors that hold the whole model, by memory, or so many of them together.</source>
        <translation>按内存列出装得下整个模型的GPU，或需要多少块一起才装得下。</translation>
    </message>
    <message>
        <source>Mixtures of experts whose experts the processor multiplies, the graphics processor all else; auto is as few as needed.</source>
        <translation>由处理器计算专家的层数，其余均由图形处理器计算；auto为所需的最少层数。</translation>
    </message>
    <message>
        <source>Of this computer&apos;s memory, at most so much for the model&apos;s part on the processor: weights beyond it are read from the file as they are used. The default is what is free.</source>
        <translation>模型在处理器上的部分最多使用这么多内存：超出的权重在用到时从文件读取。默认使用空闲的内存。</translation>
    </message>
    <message>
        <source>%1 of the weights do not fit into memory: they are read from the file as they are used, which is slow.</source>
        <translation>权重中有%1放不进内存：它们在用到时从文件读取，速度较慢。</translation>
    </message>
    <message>
        <source>What sees images is left out: the file reads and writes text.</source>
        <translation>识别图像的部分不会写入：此文件只读写文本。</translation>
    </message>
    <message>
        <source>The layers that only guess further tokens are left out.</source>
        <translation>只用于预测后续词元的层不会写入。</translation>
    </message>
    <message>
        <source>How much the model should think, in its template&apos;s own words; info lists them.</source>
        <translation>模型思考的强度，用其模板自己的名称；info会列出这些名称。</translation>
    </message>
    <message>
        <source>Whether the thoughts of earlier answers are sent again; the default is the template&apos;s.</source>
        <translation>是否再次发送之前回答的思考过程；默认由模板决定。</translation>
    </message>
    <message>
        <source>this chat template has no levels of effort</source>
        <translation>此对话模板没有思考强度等级</translation>
    </message>
    <message>
        <source>the levels are %1</source>
        <translation>可用的等级有%1</translation>
    </message>
    <message>
        <source>this chat template leaves no choice about earlier thoughts</source>
        <translation>此对话模板不能选择如何处理之前的思考过程</translation>
    </message>
</context>
<context>
    <name>ponder::ConversionChoices</name>
    <message>
        <source>As it is (%1)</source>
        <translation>保持不变（%1）</translation>
    </message>
    <message>
        <source>smallest; answers get clearly worse</source>
        <translation>最小，但回答质量明显下降</translation>
    </message>
    <message>
        <source>very small; answers get somewhat worse</source>
        <translation>非常小，但回答质量有所下降</translation>
    </message>
    <message>
        <source>a little smaller than Q4_K_M</source>
        <translation>比Q4_K_M略小</translation>
    </message>
    <message>
        <source>as IQ4_XS, for rows of any length</source>
        <translation>与IQ4_XS类似，适用于任意行长</translation>
    </message>
    <message>
        <source>plain four bits, which every program reads</source>
        <translation>普通四位格式，各种程序都能读取</translation>
    </message>
    <message>
        <source>plain five bits, which every program reads</source>
        <translation>普通五位格式，各种程序都能读取</translation>
    </message>
    <message>
        <source>experts in four bits, all else in eight</source>
        <translation>专家为四位，其余为八位</translation>
    </message>
    <message>
        <source>%1 % quality</source>
        <translation>质量%1%</translation>
    </message>
    <message>
        <source>The disk needs %1 more for it.</source>
        <translation>磁盘空间还差%1。</translation>
    </message>
    <message>
        <source>%1 are free in the models folder.</source>
        <translation>模型文件夹还有%1可用空间。</translation>
    </message>
    <message>
        <source>AWQ has quantized this model: its four-bit weights stay as they are, and the type is that of the tables of words.</source>
        <translation>此模型已由AWQ量化：四位权重保持不变，所选类型只用于词表。</translation>
    </message>
    <message>
        <source>This model is quantized already: what the adapters change is rounded anew, which loses a little. An F16 file of it loses least.</source>
        <translation>此模型已经量化：适配器改动的部分会重新舍入，略有损失。使用F16文件损失最小。</translation>
    </message>
</context>
<context>
    <name>ponder::ConversionJobs</name>
    <message>
        <source>%1 · waiting</source>
        <translation>%1 · 等待中</translation>
    </message>
    <message>
        <source>%1 · %2 of %3</source>
        <translation>%1 · %2／%3</translation>
    </message>
    <message>
        <source>%1 · begins anew when it is resumed</source>
        <translation>%1 · 继续时从头开始</translation>
    </message>
    <message>
        <source>Ready · %1 · %2</source>
        <translation>已就绪 · %1 · %2</translation>
    </message>
</context>
<context>
    <name>ponder::DeviceModel</name>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
</context>
<context>
    <name>ponder::DropPreview</name>
    <message numerus="yes">
        <source>Drop to add %n model(s)</source>
        <translation>
            <numerusform>松开即可添加%n个模型</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking at it…</source>
        <translation>正在查看…</translation>
    </message>
    <message>
        <source>This cannot be added</source>
        <translation>无法添加</translation>
    </message>
    <message>
        <source>The original files are neither moved nor changed.</source>
        <translation>原始文件不会被移动或更改。</translation>
    </message>
    <message>
        <source>used where it is</source>
        <translation>在原处使用</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>用于%1</translation>
    </message>
</context>
<context>
    <name>ponder::FitListModel</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Predicted %1, used %2</source>
        <translation>预计%1，实际%2</translation>
    </message>
    <message>
        <source>%1, %2 GB/s</source>
        <translation>%1，%2 GB/s</translation>
    </message>
    <message>
        <source>%1, %2 GB/s, measured while the computer was busy</source>
        <translation>%1，%2 GB/s（电脑繁忙时测得）</translation>
    </message>
</context>
<context>
    <name>ponder::GpuListModel</name>
    <message>
        <source>%1 GB</source>
        <translation>%1 GB</translation>
    </message>
    <message>
        <source>%1 GB/s</source>
        <translation>%1 GB/s</translation>
    </message>
    <message>
        <source>about $%1</source>
        <translation>约$%1</translation>
    </message>
    <message numerus="yes">
        <source>%n together</source>
        <comment>so many cards</comment>
        <translation>
            <numerusform>%n张合用</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ponder::HubSettings</name>
    <message>
        <source>Asking %1</source>
        <translation>正在询问%1</translation>
    </message>
    <message>
        <source>%1 answers.</source>
        <translation>%1有响应。</translation>
    </message>
    <message>
        <source>%1 answers and knows the token of %2.</source>
        <translation>%1有响应，并识别出%2的令牌。</translation>
    </message>
</context>
<context>
    <name>ponder::ModelFetch</name>
    <message>
        <source>About %1 are needed on the disk of %2, and %3 are free. Make room there, or choose a smaller quantization.</source>
        <translation>%2所在磁盘约需%1，剩余%3。请腾出空间，或选择更小的量化。</translation>
    </message>
    <message>
        <source>The original weights are downloaded (about %1), and a file of about %2 is made of them on this computer. Both stay on the disk.</source>
        <translation>将下载原始权重（约%1），并在本机转换成约%2的文件。两者都会保留在磁盘上。</translation>
    </message>
    <message>
        <source>The download takes about %1.</source>
        <translation>下载约需%1。</translation>
    </message>
    <message>
        <source>Free on this disk: %1.</source>
        <translation>该磁盘剩余：%1。</translation>
    </message>
</context>
<context>
    <name>ponder::ModelImporter</name>
    <message>
        <source>Checking the files</source>
        <translation>正在检查文件</translation>
    </message>
    <message>
        <source>Copying, %1 of %2</source>
        <translation>正在复制，%1/%2</translation>
    </message>
    <message>
        <source>That is another model: %1 (%2, %3). Add it as a model of its own.</source>
        <translation>那是另一个模型：%1（%2，%3）。请将其作为单独的模型添加。</translation>
    </message>
    <message>
        <source>Delete the file too? %1 lies in Ponder&apos;s own folder and takes %2.</source>
        <translation>是否同时删除文件？%1位于Ponder自己的文件夹中，占用%2。</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) added</source>
        <translation>
            <numerusform>已添加%n个模型</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 removed</source>
        <translation>已移除%1</translation>
    </message>
</context>
<context>
    <name>ponder::ModelLibrary</name>
    <message>
        <source>Checking the file</source>
        <translation>正在检查文件</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1/%2</translation>
    </message>
    <message>
        <source>The context is longer than the model was trained for; answers may get worse.</source>
        <translation>上下文超过模型的训练长度，回答质量可能下降。</translation>
    </message>
    <message>
        <source>Tuning for this GPU, %1 s</source>
        <translation>正在为此GPU调优，%1秒</translation>
    </message>
    <message>
        <source>About the model file: %1.</source>
        <translation>关于模型文件：%1。</translation>
    </message>
</context>
<context>
    <name>ponder::ModelSettingsModel</name>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Longest reply</source>
        <translation>最长回复</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Layers on the graphics processor</source>
        <translation>图形处理器上的层</translation>
    </message>
    <message>
        <source>Number format of the context</source>
        <translation>上下文的数字格式</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>Layers with experts on the processor</source>
        <translation>专家放在处理器上的层数</translation>
    </message>
</context>
<context>
    <name>ponder::ModelTasks</name>
    <message>
        <source>being put into the library</source>
        <translation>正在放入模型库</translation>
    </message>
    <message>
        <source>converting · %1</source>
        <translation>转换中 · %1</translation>
    </message>
</context>
</TS>
