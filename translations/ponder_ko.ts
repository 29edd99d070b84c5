<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>AdapterList</name>
    <message>
        <source>A LoRA adapter changes what a model knows or how it speaks. Add one that was made for this model.</source>
        <translation>LoRA 어댑터는 모델의 지식이나 말투를 바꿉니다. 이 모델용으로 만든 어댑터를 추가하세요.</translation>
    </message>
    <message>
        <source>Add a file…</source>
        <translation>파일 추가…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더 추가…</translation>
    </message>
    <message>
        <source>Choose an adapter</source>
        <translation>어댑터 선택</translation>
    </message>
    <message>
        <source>Adapters (*.gguf)</source>
        <translation>어댑터 (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Choose the folder of an adapter</source>
        <translation>어댑터 폴더 선택</translation>
    </message>
    <message>
        <source>Strength 1 is as an adapter was trained; their effects add up.</source>
        <translation>강도 1은 어댑터를 학습한 그대로이며, 여러 어댑터의 효과는 더해집니다.</translation>
    </message>
    <message>
        <source>Looking at the adapter…</source>
        <translation>어댑터를 살펴보고 있습니다…</translation>
    </message>
    <message>
        <source>This holds from the next reply on.</source>
        <translation>다음 답변부터 적용됩니다.</translation>
    </message>
    <message>
        <source>Merge into a new file…</source>
        <translation>새 파일로 병합…</translation>
    </message>
    <message>
        <source>The new model is being made. The models page shows how far it is.</source>
        <translation>새 모델을 만들고 있습니다. 진행 상황은 모델 페이지에서 볼 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>AdapterRow</name>
    <message>
        <source>Strength of %1</source>
        <translation>%1의 세기</translation>
    </message>
    <message>
        <source>Take %1 off</source>
        <translation>%1 빼기</translation>
    </message>
    <message>
        <source>The file is gone: %1</source>
        <translation>파일이 없습니다: %1</translation>
    </message>
    <message>
        <source>Apply %1</source>
        <translation>%1 적용</translation>
    </message>
    <message>
        <source>Move %1 up</source>
        <translation>%1 위로 옮기기</translation>
    </message>
    <message>
        <source>Move %1 down</source>
        <translation>%1 아래로 옮기기</translation>
    </message>
</context>
<context>
    <name>AdapterSheet</name>
    <message>
        <source>Adapters of %1</source>
        <translation>%1의 어댑터</translation>
    </message>
</context>
<context>
    <name>ChatRow</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>Open chat</source>
        <translation>열려 있는 대화</translation>
    </message>
    <message>
        <source>New name of the chat</source>
        <translation>대화의 새 이름</translation>
    </message>
    <message>
        <source>Rename or delete</source>
        <translation>이름 변경 또는 삭제</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 변경</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Code</source>
        <translation>코드</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사했습니다</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation>코드 복사</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Message</source>
        <translation>메시지</translation>
    </message>
    <message>
        <source>Write a message. Enter sends, Shift+Enter starts a line.</source>
        <translation>메시지를 입력하십시오. Enter로 보내고 Shift+Enter로 줄을 바꿉니다.</translation>
    </message>
    <message>
        <source>Write a message. Open a model to send it.</source>
        <translation>메시지를 입력하십시오. 모델을 열면 보낼 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>ComposerTools</name>
    <message>
        <source>Think</source>
        <translation>생각하기</translation>
    </message>
    <message>
        <source>The model thinks before it answers</source>
        <translation>모델이 먼저 생각한 뒤 답합니다</translation>
    </message>
    <message>
        <source>The model answers at once</source>
        <translation>모델이 바로 답합니다</translation>
    </message>
    <message>
        <source>Editing your last question</source>
        <translation>마지막 질문을 고치고 있습니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Cancel editing</source>
        <translation>질문 고치기 취소</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>중지(Esc)</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>보내기(Enter)</translation>
    </message>
</context>
<context>
    <name>ConvertChoice</name>
    <message>
        <source>%1, recommended</source>
        <translation>%1, 추천</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>추천</translation>
    </message>
</context>
<context>
    <name>ConvertChoices</name>
    <message>
        <source>Quantizations</source>
        <translation>양자화</translation>
    </message>
    <message>
        <source>Looking at the files…</source>
        <translation>파일을 살펴보고 있습니다…</translation>
    </message>
</context>
<context>
    <name>ConvertSheet</name>
    <message>
        <source>Convert %1</source>
        <translation>%1 변환</translation>
    </message>
    <message>
        <source>The folder stays as it is; a GGUF file is made in the models folder. Smaller is quicker, larger is nearer to the original.</source>
        <translation>폴더는 그대로 두고 모델 폴더에 GGUF 파일을 만듭니다. 작을수록 빠르고, 클수록 원본에 가깝습니다.</translation>
    </message>
    <message>
        <source>Convert to %1</source>
        <translation>%1(으)로 변환</translation>
    </message>
</context>
<context>
    <name>Database</name>
    <message>
        <source>The history could not be read. It was moved to %1 and a new one was begun.</source>
        <translation>대화 기록을 읽지 못했습니다. 기록을 %1(으)로 옮기고 새로 시작했습니다.</translation>
    </message>
    <message>
        <source>The history was written by a newer version of Ponder. It was left as it is; a separate one is used.</source>
        <translation>대화 기록이 더 새로운 버전의 Ponder에서 작성되었습니다. 그 기록은 그대로 두고 따로 만든 기록을 사용합니다.</translation>
    </message>
    <message>
        <source>Chats cannot be kept, because %1 cannot be written. Check the permissions and the disk.</source>
        <translation>%1에 쓸 수 없어 대화를 보관할 수 없습니다. 권한과 디스크를 확인하십시오.</translation>
    </message>
    <message>
        <source>Ponder is open already. Chats of this window are not kept.</source>
        <translation>Ponder가 이미 열려 있습니다. 이 창의 대화는 보관되지 않습니다.</translation>
    </message>
</context>
<context>
    <name>DownloadText</name>
    <message>
        <source>checking what is there already: %1</source>
        <translation>이미 받은 부분을 확인하는 중: %1</translation>
    </message>
    <message>
        <source>checking what is there already</source>
        <translation>이미 받은 부분을 확인하는 중</translation>
    </message>
    <message>
        <source>goes on in %1: %2</source>
        <translation>%1 뒤에 계속합니다: %2</translation>
    </message>
    <message>
        <source>checking what has arrived</source>
        <translation>받은 파일을 검증하는 중</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>받는 중</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>%1 남음</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>연결하는 중</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 중 %1</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>waits for its turn</source>
        <translation>차례를 기다리는 중</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>일시 정지됨</translation>
    </message>
    <message>
        <source>complete and checked</source>
        <translation>완료, 검증됨</translation>
    </message>
</context>
<context>
    <name>DropCard</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>외 %n개</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DropHints</name>
    <message>
        <source>as %1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop here to copy into the models folder</source>
        <translation>여기에 놓으면 모델 폴더로 복사합니다</translation>
    </message>
</context>
<context>
    <name>DropRow</name>
    <message>
        <source>Cannot be added</source>
        <translation>추가할 수 없음</translation>
    </message>
</context>
<context>
    <name>Duration</name>
    <message>
        <source>%1 s</source>
        <translation>%1초</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1분 %2초</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Write a shell script that renames photos by the date they were taken.</source>
        <translation>사진 파일의 이름을 촬영한 날짜로 바꾸는 셸 스크립트를 써 주세요.</translation>
    </message>
    <message>
        <source>What would you like to think about?</source>
        <translation>무엇을 함께 생각해 볼까요?</translation>
    </message>
    <message>
        <source>The model runs on this computer. Nothing you write leaves it.</source>
        <translation>모델은 이 컴퓨터에서 실행됩니다. 입력한 내용은 밖으로 나가지 않습니다.</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>모델 열기…</translation>
    </message>
    <message>
        <source>Which primes are smaller than 20, and what is their sum?</source>
        <translation>20보다 작은 소수를 모두 더하면 얼마인가요?</translation>
    </message>
    <message>
        <source>Why is the sky blue at noon and red at sunset?</source>
        <translation>하늘은 왜 한낮에는 파랗고 해 질 녘에는 붉은가요?</translation>
    </message>
    <message>
        <source>Find a model that fits this computer, or drop a file of your own anywhere in this window. It stays where it is.</source>
        <translation>이 컴퓨터에 맞는 모델을 찾아보거나, 가지고 있는 파일을 창 어디에나 끌어다 놓으십시오. 파일은 있던 자리에 그대로 있습니다.</translation>
    </message>
    <message>
        <source>Browse models</source>
        <translation>모델 찾아보기</translation>
    </message>
</context>
<context>
    <name>EngineChat</name>
    <message>
        <source>This file has no chat template; the built-in one for %1 is used.</source>
        <translation>이 파일에는 대화 형식이 없어 %1에 맞는 내장 형식을 사용합니다.</translation>
    </message>
    <message>
        <source>The chat template of this file does not work; the built-in one for %1 is used.</source>
        <translation>이 파일의 대화 형식이 작동하지 않아 %1에 맞는 내장 형식을 사용합니다.</translation>
    </message>
    <message>
        <source>%1 (%2 of %3 layers, the rest on the processor)</source>
        <translation>%1(레이어 %3개 중 %2개, 나머지는 프로세서)</translation>
    </message>
    <message>
        <source>The chat template chosen for this model does not work; its own one is used.</source>
        <translation>이 모델에 지정한 대화 템플릿이 작동하지 않아 파일의 템플릿을 사용합니다.</translation>
    </message>
    <message>
        <source>%1 (the experts of %2 of %3 layers in memory)</source>
        <translation>%1(레이어 %3개 중 %2개의 전문가는 메모리)</translation>
    </message>
    <message>
        <source>%1 of it do not fit into memory and are read from the disk as it answers, which is slow</source>
        <translation>그중 %1은(는) 메모리에 들어가지 않아 답하는 동안 디스크에서 읽으므로 느립니다</translation>
    </message>
</context>
<context>
    <name>Error</name>
    <message>
        <source>There is no file %1. Check the name, or choose the model again.</source>
        <translation>%1 파일이 없습니다. 이름을 확인하거나 모델을 다시 고르십시오.</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2. Check the permissions of the file and the disk.</source>
        <translation>%1 파일을 읽을 수 없습니다: %2. 파일 권한과 디스크를 확인하십시오.</translation>
    </message>
    <message>
        <source>%1 is not a GGUF model file: %2. Choose a file that ends in .gguf.</source>
        <translation>%1은(는) GGUF 모델 파일이 아닙니다: %2. 이름이 .gguf로 끝나는 파일을 고르십시오.</translation>
    </message>
    <message>
        <source>%1 is GGUF version %2; versions 2 and 3 can be read. Download a newer conversion of this model.</source>
        <translation>%1은(는) GGUF 버전 %2입니다. 버전 2와 3만 읽을 수 있습니다. 이 모델을 새로 변환한 파일을 받으십시오.</translation>
    </message>
    <message>
        <source>%1 ends too early: %2. The download is incomplete; download it again.</source>
        <translation>%1 파일이 중간에 끝났습니다: %2. 다운로드가 덜 되었으니 다시 받으십시오.</translation>
    </message>
    <message>
        <source>%1 has a damaged header: %2. Download the file again or use another conversion of this model.</source>
        <translation>%1의 머리 정보가 손상되었습니다: %2. 파일을 다시 받거나 이 모델의 다른 변환본을 사용하십시오.</translation>
    </message>
    <message>
        <source>%1 has a damaged tensor table: %2. Download the file again or use another conversion of this model.</source>
        <translation>%1의 텐서 목록이 손상되었습니다: %2. 파일을 다시 받거나 이 모델의 다른 변환본을 사용하십시오.</translation>
    </message>
    <message>
        <source>%1 uses a number format that cannot be run here: %2. Use a Q4_K_M, Q5_K_M, Q6_K or Q8_0 file of this model.</source>
        <translation>%1은(는) 여기서 실행할 수 없는 수 형식을 씁니다: %2. 이 모델의 Q4_K_M, Q5_K_M, Q6_K 또는 Q8_0 파일을 사용하십시오.</translation>
    </message>
    <message>
        <source>%1 is arranged for one kind of ARM processor (%2), which is no longer done. Get the Q4_0 file of the same model instead.</source>
        <translation>%1은(는) 특정 ARM 프로세서용으로 배열된 파일(%2)이며 이 방식은 더 이상 쓰이지 않습니다. 같은 모델의 Q4_0 파일을 받으십시오.</translation>
    </message>
    <message>
        <source>%1 has the architecture &quot;%2&quot;, which this version of Ponder does not know. The models page lists models that work.</source>
        <translation>이 버전의 Ponder는 %1의 구조 &quot;%2&quot;을(를) 아직 알지 못합니다. 실행할 수 있는 모델은 모델 페이지에 있습니다.</translation>
    </message>
    <message>
        <source>%1 cannot be run here: %2. Use another conversion of this model, or a model from the models page.</source>
        <translation>%1은(는) 여기서 실행할 수 없습니다: %2. 이 모델의 다른 변환본이나 모델 페이지에 있는 모델을 사용하십시오.</translation>
    </message>
    <message>
        <source>%1 is one part of a larger model and these parts are missing: %2. Put all parts into one folder.</source>
        <translation>%1은(는) 더 큰 모델의 한 조각이며 다음 조각이 없습니다: %2. 모든 조각을 한 폴더에 두십시오.</translation>
    </message>
    <message>
        <source>%1 lacks the tensor %2. Download the file again or use another conversion of this model.</source>
        <translation>%1에 텐서 %2이(가) 없습니다. 파일을 다시 받거나 이 모델의 다른 변환본을 사용하십시오.</translation>
    </message>
    <message>
        <source>%1 splits its text by &quot;%2&quot;, which is not known here. Use another conversion of this model.</source>
        <translation>%1이(가) 쓰는 토큰 분할 방식 &quot;%2&quot;을(를) 알 수 없습니다. 이 모델의 다른 변환본을 사용하십시오.</translation>
    </message>
    <message>
        <source>%1 has a damaged vocabulary: %2. Download the file again or use another conversion of this model.</source>
        <translation>%1의 어휘가 손상되었습니다: %2. 파일을 다시 받거나 이 모델의 다른 변환본을 사용하십시오.</translation>
    </message>
    <message>
        <source>The chat template of %1 refuses this conversation: %2. Change the message or start a new chat.</source>
        <translation>%1의 대화 형식이 이 대화를 받아들이지 않습니다: %2. 메시지를 고치거나 새 대화를 시작하십시오.</translation>
    </message>
    <message>
        <source>The chat template of %1 ran too long and was stopped. Use another conversion of this model.</source>
        <translation>%1의 대화 형식을 처리하는 데 너무 오래 걸려 중지했습니다. 이 모델의 다른 변환본을 사용하십시오.</translation>
    </message>
    <message>
        <source>There is no device &quot;%1&quot; here. Available: %2.</source>
        <translation>&quot;%1&quot; 장치가 없습니다. 사용할 수 있는 장치: %2.</translation>
    </message>
    <message>
        <source>%1 cannot run models: %2. Update the graphics driver or choose another device.</source>
        <translation>%1에서 모델을 실행할 수 없습니다: %2. 그래픽 드라이버를 업데이트하거나 다른 장치를 고르십시오.</translation>
    </message>
    <message>
        <source>%1 stopped answering. Load the model again; if it happens repeatedly, update the graphics driver or choose a shorter context.</source>
        <translation>%1이(가) 응답을 멈췄습니다. 모델을 다시 불러오십시오. 되풀이되면 그래픽 드라이버를 업데이트하거나 더 짧은 문맥을 고르십시오.</translation>
    </message>
    <message>
        <source>%1 has no memory left (%2). Close other programs, choose a shorter context or a smaller file of this model.</source>
        <translation>%1에 남은 메모리가 없습니다(%2). 다른 프로그램을 닫거나 더 짧은 문맥 또는 이 모델의 더 작은 파일을 고르십시오.</translation>
    </message>
    <message>
        <source>The model does not fit on %1: %2. Choose a shorter context, a smaller file of this model or another device.</source>
        <translation>%1에 모델이 들어가지 않습니다: %2. 더 짧은 문맥이나 이 모델의 더 작은 파일 또는 다른 장치를 고르십시오.</translation>
    </message>
    <message>
        <source>Stopped as you asked.</source>
        <translation>요청에 따라 중지했습니다.</translation>
    </message>
    <message>
        <source>The conversation has %1 tokens, and the context holds %2. Start a new chat or choose a longer context.</source>
        <translation>대화는 토큰 %1개이고 문맥에는 %2개가 들어갑니다. 새 대화를 시작하거나 더 긴 문맥을 고르십시오.</translation>
    </message>
    <message>
        <source>%1 is not usable: %2.</source>
        <translation>%1은(는) 사용할 수 없습니다: %2.</translation>
    </message>
    <message>
        <source>Something went wrong inside Ponder (%2). Please report it with this text.</source>
        <translation>Ponder 안에서 문제가 생겼습니다(%2). 이 문구와 함께 알려 주십시오.</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2. Check the space on the disk and the permissions of the folder.</source>
        <translation>%1에 쓸 수 없습니다: %2. 디스크의 남은 공간과 폴더의 권한을 확인하세요.</translation>
    </message>
    <message>
        <source>%1 is not a safetensors file: %2. Choose a file that ends in .safetensors.</source>
        <translation>%1은(는) safetensors 파일이 아닙니다: %2. 이름이 .safetensors로 끝나는 파일을 선택하십시오.</translation>
    </message>
    <message>
        <source>%1 cannot be understood: %2. Download the file again.</source>
        <translation>%1을(를) 이해할 수 없습니다: %2. 파일을 다시 내려받으십시오.</translation>
    </message>
    <message>
        <source>%1 is not complete; it lacks %2. Download that into the same folder.</source>
        <translation>%1이(가) 완전하지 않습니다. 없는 것: %2. 같은 폴더에 내려받으십시오.</translation>
    </message>
    <message>
        <source>%1 cannot be converted: %2. Use a GGUF file of this model, or a model from the models page.</source>
        <translation>%1을(를) 변환할 수 없습니다: %2. 이 모델의 GGUF 파일이나 모델 페이지에 있는 모델을 사용하십시오.</translation>
    </message>
    <message>
        <source>%1 holds damaged weights: %2. Download the file again.</source>
        <translation>%1의 가중치가 손상되었습니다: %2. 파일을 다시 내려받으십시오.</translation>
    </message>
    <message>
        <source>There is not enough space for %1: %2. Free some space or choose another disk.</source>
        <translation>%1을(를) 저장할 공간이 부족합니다: %2. 공간을 비우거나 다른 디스크를 선택하십시오.</translation>
    </message>
    <message>
        <source>%1 is not a LoRA adapter that can be read: %2. Choose a GGUF adapter, or a folder with adapter_config.json and adapter_model.safetensors.</source>
        <translation>%1은(는) 읽을 수 있는 LoRA 어댑터가 아닙니다: %2. GGUF 어댑터나, adapter_config.json과 adapter_model.safetensors가 있는 폴더를 선택하십시오.</translation>
    </message>
    <message>
        <source>%1 cannot be attached: %2. Merge it into its base model with the tool that made it, and open the merged model.</source>
        <translation>%1을(를) 붙일 수 없습니다: %2. 어댑터를 만든 도구로 기본 모델에 병합한 다음, 병합된 모델을 여십시오.</translation>
    </message>
    <message>
        <source>%1 belongs to another model: %2. Choose an adapter that was made for this model, or load the model that it was made for.</source>
        <translation>%1은(는) 다른 모델의 어댑터입니다: %2. 이 모델용으로 만든 어댑터를 선택하거나, 어댑터가 만들어진 모델을 불러오십시오.</translation>
    </message>
    <message>
        <source>%1 cannot be reached: %2. Check the connection, and the proxy and the address of the hub in the settings.</source>
        <translation>%1에 연결할 수 없습니다: %2. 인터넷 연결과 설정의 프록시 및 허브 주소를 확인하세요.</translation>
    </message>
    <message>
        <source>%1 gives no files at the moment: %2. Try again later; what has arrived is kept.</source>
        <translation>%1에서 지금은 파일을 받을 수 없습니다: %2. 나중에 다시 시도하세요. 이미 받은 부분은 그대로 남습니다.</translation>
    </message>
    <message>
        <source>%1 is not open to everybody: %2.</source>
        <translation>%1은(는) 누구나 받을 수 있는 것이 아닙니다: %2.</translation>
    </message>
    <message>
        <source>The hub has no %1: %2. Check how the name is written.</source>
        <translation>허브에 %1이(가) 없습니다: %2. 이름의 철자를 확인하세요.</translation>
    </message>
    <message>
        <source>%1 did not arrive as the hub describes it: %2. Download it again; if that fails too, choose another address of the hub.</source>
        <translation>받은 %1이(가) 허브의 설명과 다릅니다: %2. 다시 받으세요. 그래도 안 되면 다른 허브 주소를 선택하세요.</translation>
    </message>
    <message>
        <source>%1 is being written by another program. Wait until that is done, or stop it there.</source>
        <translation>다른 프로그램이 %1을(를) 쓰고 있습니다. 끝날 때까지 기다리거나 그 프로그램에서 중지하세요.</translation>
    </message>
</context>
<context>
    <name>ErrorBanner</name>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>모델 열기…</translation>
    </message>
</context>
<context>
    <name>ErrorDetail</name>
    <message>
        <source>the state of position %1 is not there</source>
        <translation>위치 %1의 상태가 없습니다</translation>
    </message>
    <message>
        <source>one reply at a time, with a model loaded</source>
        <translation>모델을 불러온 뒤 답변을 한 번에 하나씩만 만들 수 있습니다</translation>
    </message>
    <message>
        <source>a reply was asked for without a model</source>
        <translation>모델 없이 답변을 요청했습니다</translation>
    </message>
    <message>
        <source>%1 MiB needed, %2 MiB free</source>
        <translation>%1 MiB가 필요하지만 %2 MiB만 비어 있습니다</translation>
    </message>
    <message>
        <source>it leaves the question out</source>
        <translation>질문을 빠뜨립니다</translation>
    </message>
    <message>
        <source>no suitable memory type</source>
        <translation>알맞은 메모리 유형이 없습니다</translation>
    </message>
    <message>
        <source>%1 gave %2</source>
        <translation>%1의 결과: %2</translation>
    </message>
    <message>
        <source>no Vulkan device</source>
        <translation>Vulkan 장치 없음</translation>
    </message>
    <message>
        <source>%1 bytes are needed and %2 are free</source>
        <translation>%1바이트가 필요하지만 %2바이트만 비어 있습니다</translation>
    </message>
    <message>
        <source>at most %1 tokens</source>
        <translation>토큰 %1개까지 쓸 수 있습니다</translation>
    </message>
    <message>
        <source>1 to %1 tokens</source>
        <translation>토큰 1개에서 %1개까지 쓸 수 있습니다</translation>
    </message>
    <message>
        <source>it must be below %1</source>
        <translation>%1보다 작아야 합니다</translation>
    </message>
    <message>
        <source>there is no Vulkan loader on this machine</source>
        <translation>이 컴퓨터에 Vulkan 로더가 없습니다</translation>
    </message>
    <message>
        <source>the Vulkan loader is older than 1.1</source>
        <translation>Vulkan 로더가 1.1보다 오래되었습니다</translation>
    </message>
    <message>
        <source>the Khronos validation layer is not installed</source>
        <translation>Khronos 검증 계층이 설치되어 있지 않습니다</translation>
    </message>
    <message>
        <source>the driver refuses a Vulkan 1.2 instance</source>
        <translation>드라이버가 Vulkan 1.2 인스턴스를 거부합니다</translation>
    </message>
    <message>
        <source>its driver is older than Vulkan 1.2</source>
        <translation>드라이버가 Vulkan 1.2보다 오래되었습니다</translation>
    </message>
    <message>
        <source>it has no compute queue</source>
        <translation>연산 큐가 없습니다</translation>
    </message>
    <message>
        <source>it lacks buffer device addresses</source>
        <translation>버퍼 장치 주소를 지원하지 않습니다</translation>
    </message>
    <message>
        <source>it lacks subgroup arithmetic or shuffle in compute shaders</source>
        <translation>컴퓨트 셰이더에서 서브그룹 산술이나 셔플을 지원하지 않습니다</translation>
    </message>
    <message>
        <source>it is in the old GGML format</source>
        <translation>오래된 GGML 형식입니다</translation>
    </message>
    <message>
        <source>it is in the old GGMF format</source>
        <translation>오래된 GGMF 형식입니다</translation>
    </message>
    <message>
        <source>it is in the old GGJT format</source>
        <translation>오래된 GGJT 형식입니다</translation>
    </message>
    <message>
        <source>it is an adapter in the old GGLA format</source>
        <translation>오래된 GGLA 형식의 어댑터입니다</translation>
    </message>
    <message>
        <source>it is a big-endian GGUF file</source>
        <translation>빅 엔디언 GGUF 파일입니다</translation>
    </message>
    <message>
        <source>it is a ZIP archive or a PyTorch file</source>
        <translation>ZIP 압축 파일이거나 PyTorch 파일입니다</translation>
    </message>
    <message>
        <source>it is a web page</source>
        <translation>웹 페이지입니다</translation>
    </message>
    <message>
        <source>it is a Git LFS pointer; the model itself was not downloaded</source>
        <translation>Git LFS 포인터이며 모델 자체는 다운로드되지 않았습니다</translation>
    </message>
    <message>
        <source>the file ends inside the tensor table</source>
        <translation>파일이 텐서 목록 중간에서 끝납니다</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>파일이 비어 있습니다</translation>
    </message>
    <message>
        <source>it begins with &quot;%1&quot; instead of &quot;GGUF&quot;</source>
        <translation>&quot;GGUF&quot;가 아니라 &quot;%1&quot;(으)로 시작합니다</translation>
    </message>
    <message>
        <source>the file ends inside the version number</source>
        <translation>파일이 버전 번호 중간에서 끝납니다</translation>
    </message>
    <message>
        <source>the file ends inside the counts of tensors and keys</source>
        <translation>파일이 텐서 수와 키 수 중간에서 끝납니다</translation>
    </message>
    <message>
        <source>the tensor count of %1 is not plausible</source>
        <translation>텐서 수 %1개는 있을 수 없는 값입니다</translation>
    </message>
    <message>
        <source>the key count of %1 is not plausible</source>
        <translation>키 수 %1개는 있을 수 없는 값입니다</translation>
    </message>
    <message>
        <source>key %1 of %2 has a name of %3 bytes</source>
        <translation>키 %2개 중 %1번째의 이름이 %3바이트입니다</translation>
    </message>
    <message>
        <source>the file ends inside key %1 of %2</source>
        <translation>파일이 키 %2개 중 %1번째의 중간에서 끝납니다</translation>
    </message>
    <message>
        <source>%1 appears twice</source>
        <translation>%1이(가) 두 번 나옵니다</translation>
    </message>
    <message>
        <source>general.alignment must be a power of two from 8 to 65536</source>
        <translation>general.alignment는 8에서 65536까지의 2의 거듭제곱이어야 합니다</translation>
    </message>
    <message>
        <source>the file ends inside tensor %1 of %2</source>
        <translation>파일이 텐서 %2개 중 %1번째의 중간에서 끝납니다</translation>
    </message>
    <message>
        <source>tensor %1 of %2 has a name of %3 bytes</source>
        <translation>텐서 %2개 중 %1번째의 이름이 %3바이트입니다</translation>
    </message>
    <message>
        <source>the file ends inside %1</source>
        <translation>파일이 %1 중간에서 끝납니다</translation>
    </message>
    <message>
        <source>%1 has %2 dimensions instead of 1 to 4</source>
        <translation>%1의 차원은 1에서 4여야 하는데 %2입니다</translation>
    </message>
    <message>
        <source>%1 claims a text of %2 bytes, which is not plausible</source>
        <translation>%1의 텍스트 길이 %2바이트는 있을 수 없는 값입니다</translation>
    </message>
    <message>
        <source>%1 is neither true nor false</source>
        <translation>%1이(가) 참도 거짓도 아닙니다</translation>
    </message>
    <message>
        <source>%1 has the unknown value type %2</source>
        <translation>%1의 값 유형 %2을(를) 알 수 없습니다</translation>
    </message>
    <message>
        <source>%1 is an array of arrays, which no model needs</source>
        <translation>%1은(는) 어떤 모델에도 필요 없는 배열의 배열입니다</translation>
    </message>
    <message>
        <source>%1 is an array of the unknown value type %2</source>
        <translation>%1 배열의 값 유형 %2을(를) 알 수 없습니다</translation>
    </message>
    <message>
        <source>%1 claims %2 elements, which is not plausible</source>
        <translation>%1의 원소 수 %2개는 있을 수 없는 값입니다</translation>
    </message>
    <message>
        <source>%1 holds a number that is too large</source>
        <translation>%1에 너무 큰 수가 들어 있습니다</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>폴더입니다</translation>
    </message>
    <message>
        <source>it is not an ordinary file</source>
        <translation>일반 파일이 아닙니다</translation>
    </message>
    <message>
        <source>split.tensors.count differs from the %1 tensors in all parts</source>
        <translation>split.tensors.count가 모든 조각의 텐서 수 %1개와 다릅니다</translation>
    </message>
    <message>
        <source>a model in memory has one part only</source>
        <translation>메모리에 있는 모델은 조각이 하나뿐입니다</translation>
    </message>
    <message>
        <source>split.count is not a plausible number of parts</source>
        <translation>split.count가 있을 수 없는 조각 수입니다</translation>
    </message>
    <message>
        <source>the other %1 of %2; they cannot be found because the file name does not end in %3</source>
        <translation>%2개 중 나머지 %1개(파일 이름이 %3(으)로 끝나지 않아 찾을 수 없습니다)</translation>
    </message>
    <message>
        <source>split.count is %1, and the file name says %2</source>
        <translation>split.count는 %1인데 파일 이름에는 %2(으)로 되어 있습니다</translation>
    </message>
    <message>
        <source>%1 and %2 more</source>
        <translation>%1 외 %2개</translation>
    </message>
    <message>
        <source>split.count is not %1 as in the other parts</source>
        <translation>split.count가 다른 조각과 달리 %1이(가) 아닙니다</translation>
    </message>
    <message>
        <source>split.no is not %1 as the file name says; was the file renamed?</source>
        <translation>split.no가 파일 이름과 달리 %1이(가) 아닙니다(파일 이름이 바뀌었을 수 있습니다)</translation>
    </message>
    <message>
        <source>%1 is %2</source>
        <translation>%1의 형식이 %2입니다</translation>
    </message>
    <message>
        <source>%1 is the unknown type %2</source>
        <translation>%1의 형식 %2을(를) 알 수 없습니다</translation>
    </message>
    <message>
        <source>%1 has a dimension of length 0</source>
        <translation>%1에 길이가 0인 차원이 있습니다</translation>
    </message>
    <message>
        <source>%1 has rows of %2 values, no multiple of the %3 in a block</source>
        <translation>%1의 행은 값이 %2개로, 블록의 값 %3개의 배수가 아닙니다</translation>
    </message>
    <message>
        <source>%1 has a size that does not fit 64 bits</source>
        <translation>%1의 크기가 64비트를 넘습니다</translation>
    </message>
    <message>
        <source>%1 and %2 overlap in the file</source>
        <translation>파일에서 %1와(과) %2이(가) 겹칩니다</translation>
    </message>
    <message>
        <source>%1 starts at the offset %2, no multiple of the alignment %3</source>
        <translation>%1의 시작 위치 %2이(가) 정렬 단위 %3의 배수가 아닙니다</translation>
    </message>
    <message>
        <source>%1 lies outside of the file (offset %2, %3 bytes)</source>
        <translation>%1이(가) 파일 밖에 있습니다(위치 %2, %3바이트)</translation>
    </message>
    <message>
        <source>%1 needs %2 bytes of the file, which has %3</source>
        <translation>%1에는 파일의 %2바이트가 필요하지만 파일은 %3바이트입니다</translation>
    </message>
    <message>
        <source>%1 tokens for %2 rows of output</source>
        <translation>출력 행은 %2개인데 토큰은 %1개입니다</translation>
    </message>
    <message>
        <source>give at least one token</source>
        <translation>토큰이 하나 이상 있어야 합니다</translation>
    </message>
    <message>
        <source>ids of this model end at %1</source>
        <translation>이 모델의 토큰 번호는 %1까지입니다</translation>
    </message>
    <message>
        <source>%1 is missing</source>
        <translation>%1이(가) 없습니다</translation>
    </message>
    <message>
        <source>%1 must be a number from 1 to %2</source>
        <translation>%1은(는) 1에서 %2까지의 수여야 합니다</translation>
    </message>
    <message>
        <source>%1 is not a usable number</source>
        <translation>%1은(는) 쓸 수 있는 수가 아닙니다</translation>
    </message>
    <message>
        <source>it is an adapter that changes another model</source>
        <translation>다른 모델을 바꾸는 어댑터입니다</translation>
    </message>
    <message>
        <source>%1 must be a multiple of 32</source>
        <translation>%1은(는) 32의 배수여야 합니다</translation>
    </message>
    <message>
        <source>%1 is %2, which does not go with %3 experts</source>
        <translation>%1이(가) %2인데, 전문가 %3개와 맞지 않습니다</translation>
    </message>
    <message>
        <source>%1 says it of %2 layers, but there are %3</source>
        <translation>%1은(는) 레이어 %2개만 말하는데, 레이어는 %3개입니다</translation>
    </message>
    <message>
        <source>%1 is %2, which does not divide the %3 heads</source>
        <translation>%1의 값 %2(으)로 헤드 %3개를 나눌 수 없습니다</translation>
    </message>
    <message>
        <source>%1 is %2, which does not divide the embedding length of %3</source>
        <translation>%1의 값 %2(으)로 임베딩 길이 %3을(를) 나눌 수 없습니다</translation>
    </message>
    <message>
        <source>%1 (the head size) is %2; it must be an even number up to %3</source>
        <translation>%1(헤드 크기)의 값이 %2입니다(%3 이하인 짝수여야 합니다)</translation>
    </message>
    <message>
        <source>%1: %2 heads of %3 values are no multiple of 32 together</source>
        <translation>%1: 값이 %3개인 헤드 %2개의 합이 32의 배수가 아닙니다</translation>
    </message>
    <message>
        <source>%1 differs from the head size</source>
        <translation>%1이(가) 헤드 크기와 다릅니다</translation>
    </message>
    <message>
        <source>%1 must be even and not larger than the head size</source>
        <translation>%1은(는) 짝수이고 헤드 크기보다 크지 않아야 합니다</translation>
    </message>
    <message>
        <source>%1 is not a text</source>
        <translation>%1이(가) 텍스트가 아닙니다</translation>
    </message>
    <message>
        <source>%1 is &quot;%2&quot; (only none, linear, yarn and longrope are known)</source>
        <translation>%1의 값이 &quot;%2&quot;입니다(none, linear, yarn, longrope만 쓸 수 있습니다)</translation>
    </message>
    <message>
        <source>%1 is missing or empty</source>
        <translation>%1이(가) 없거나 비어 있습니다</translation>
    </message>
    <message>
        <source>token_embd.weight has %1 rows, which is not a plausible vocabulary</source>
        <translation>token_embd.weight의 행 수 %1개는 있을 수 없는 어휘 크기입니다</translation>
    </message>
    <message>
        <source>%1 has %2 tokens, more than the %3 rows of token_embd.weight</source>
        <translation>%1의 토큰 %2개가 token_embd.weight의 행 %3개보다 많습니다</translation>
    </message>
    <message>
        <source>%1 is %2 (a mixture of experts)</source>
        <translation>%1의 값이 %2입니다(전문가 혼합 모델)</translation>
    </message>
    <message>
        <source>%1 is false (a model for embeddings, not for chat)</source>
        <translation>%1이(가) 거짓입니다(대화가 아니라 임베딩을 위한 모델)</translation>
    </message>
    <message>
        <source>%1 has the shape %2 instead of %3</source>
        <translation>%1의 모양은 %3이어야 하는데 %2입니다</translation>
    </message>
    <message>
        <source>%1 is %2 instead of F32</source>
        <translation>%1의 형식은 F32여야 하는데 %2입니다</translation>
    </message>
    <message>
        <source>%1 holds a factor that is not positive</source>
        <translation>%1에 양수가 아닌 계수가 있습니다</translation>
    </message>
    <message>
        <source>it has the tensor %1, which %2 models do not have</source>
        <translation>%2 모델에는 없는 텐서 %1이(가) 있습니다</translation>
    </message>
    <message>
        <source>it has the tensor %1, which newer files hold in two parts; a newer file of this model is needed</source>
        <translation>텐서 %1이(가) 있는데, 새 파일에서는 이것이 둘로 나뉘어 있습니다. 이 모델의 새 파일이 필요합니다</translation>
    </message>
    <message>
        <source>%1 cannot compute with the number format %2 yet</source>
        <translation>%1은(는) 아직 수 형식 %2(으)로 계산할 수 없습니다</translation>
    </message>
    <message>
        <source>%1 is %2, a format that is only read here</source>
        <translation>%1의 형식 %2은(는) 여기서 읽을 수만 있습니다</translation>
    </message>
    <message>
        <source>%3 needs %1 bytes in one buffer of at most %2</source>
        <translation>%3에는 버퍼 하나에 %1바이트가 필요하지만 최대 %2바이트입니다</translation>
    </message>
    <message>
        <source>one layer&apos;s cache needs %1 bytes in one buffer of at most %2</source>
        <translation>한 층의 캐시에는 버퍼 하나에 %1바이트가 필요하지만 최대 %2바이트입니다</translation>
    </message>
    <message>
        <source>at least 1 token</source>
        <translation>토큰이 1개 이상이어야 합니다</translation>
    </message>
    <message>
        <source>heads of %1 values, %2 of them turned</source>
        <translation>헤드의 값 %1개 중 %2개가 회전합니다</translation>
    </message>
    <message>
        <source>scratch memory needs %1 bytes in one buffer of at most %2</source>
        <translation>작업 메모리에는 버퍼 하나에 %1바이트가 필요하지만 최대 %2바이트입니다</translation>
    </message>
    <message>
        <source>pattern of %1: %2</source>
        <translation>%1의 분할 규칙: %2</translation>
    </message>
    <message>
        <source>its tokens collide</source>
        <translation>토큰이 서로 겹칩니다</translation>
    </message>
    <message>
        <source>there is no token for the byte %1</source>
        <translation>바이트 %1에 해당하는 토큰이 없습니다</translation>
    </message>
    <message>
        <source>entry %1 of %2 is no pair</source>
        <translation>%2의 %1번 항목이 쌍이 아닙니다</translation>
    </message>
    <message>
        <source>its merges collide</source>
        <translation>병합 규칙이 서로 겹칩니다</translation>
    </message>
    <message>
        <source>%1 has %2 entries for %3 tokens</source>
        <translation>토큰은 %3개인데 %1의 항목은 %2개입니다</translation>
    </message>
    <message>
        <source>%1 is not one of its tokens</source>
        <translation>%1이(가) 이 모델의 토큰이 아닙니다</translation>
    </message>
    <message>
        <source>%1 holds %2 tokens, which is not plausible</source>
        <translation>%1의 토큰 수 %2개는 있을 수 없는 값입니다</translation>
    </message>
    <message>
        <source>%1 values instead of %2</source>
        <translation>값이 %2개여야 하는데 %1개입니다</translation>
    </message>
    <message>
        <source>at least 1 layer</source>
        <translation>레이어는 1개 이상이어야 합니다</translation>
    </message>
    <message>
        <source>1 to %1 replies can be made at once</source>
        <translation>응답은 한 번에 1개에서 %1개까지 만들 수 있습니다</translation>
    </message>
    <message>
        <source>a draft needs the vocabulary of %1, but token %2 is &quot;%3&quot; there and &quot;%4&quot; here</source>
        <translation>초안 모델의 어휘는 %1의 어휘와 같아야 하는데 토큰 %2이(가) 그쪽에서는 &quot;%3&quot;이고 여기서는 &quot;%4&quot;입니다</translation>
    </message>
    <message>
        <source>it would be larger than it may be</source>
        <translation>허용된 크기보다 커집니다</translation>
    </message>
    <message>
        <source>each row needs a branch with room of its own</source>
        <translation>행마다 자체 공간이 있는 분기가 필요합니다</translation>
    </message>
    <message>
        <source>this processor lacks SSE 4.2, which its fast path needs</source>
        <translation>이 프로세서에는 빠른 계산에 필요한 SSE 4.2가 없습니다</translation>
    </message>
    <message>
        <source>the shape of %1 does not hold whole blocks</source>
        <translation>%1의 모양에 블록이 딱 맞게 들어가지 않습니다</translation>
    </message>
    <message>
        <source>%1 was given more bytes than it has</source>
        <translation>%1에 크기보다 많은 바이트가 주어졌습니다</translation>
    </message>
    <message>
        <source>%1 was not written to its end</source>
        <translation>%1을(를) 끝까지 쓰지 못했습니다</translation>
    </message>
    <message>
        <source>only a Vulkan device can share the layers with the processor</source>
        <translation>Vulkan 장치만 프로세서와 레이어를 나눌 수 있습니다</translation>
    </message>
    <message>
        <source>the key %1 appears twice</source>
        <translation>키 %1이(가) 두 번 나옵니다</translation>
    </message>
    <message>
        <source>it is not JSON from byte %1 on</source>
        <translation>%1번째 바이트부터 JSON이 아닙니다</translation>
    </message>
    <message>
        <source>it is nested deeper than %1 levels</source>
        <translation>%1단계보다 깊게 중첩되어 있습니다</translation>
    </message>
    <message>
        <source>it has %1 bytes, more than the %2 that such a file plausibly has</source>
        <translation>크기가 %1바이트로, 이런 파일로서 그럴듯한 %2바이트보다 큽니다</translation>
    </message>
    <message>
        <source>a tensor has the name &quot;%1&quot;</source>
        <translation>이름이 &quot;%1&quot;인 텐서가 있습니다</translation>
    </message>
    <message>
        <source>the entry of %1 is not complete</source>
        <translation>%1 항목이 완전하지 않습니다</translation>
    </message>
    <message>
        <source>the shape of %1 is not a list of numbers</source>
        <translation>%1의 모양이 숫자 목록이 아닙니다</translation>
    </message>
    <message>
        <source>%1 does not have as many bytes as its shape says</source>
        <translation>%1의 바이트 수가 모양과 맞지 않습니다</translation>
    </message>
    <message>
        <source>the place of %1 in the file is not a range</source>
        <translation>파일 안에서 %1의 위치가 올바른 범위가 아닙니다</translation>
    </message>
    <message>
        <source>%1 of %2 bytes are there</source>
        <translation>%2바이트 가운데 %1바이트만 있습니다</translation>
    </message>
    <message>
        <source>%1 lies over another tensor</source>
        <translation>%1이(가) 다른 텐서와 겹칩니다</translation>
    </message>
    <message>
        <source>there is a hole before %1</source>
        <translation>%1 앞에 빈 곳이 있습니다</translation>
    </message>
    <message>
        <source>%1 bytes belong to no tensor</source>
        <translation>%1바이트가 어느 텐서에도 속하지 않습니다</translation>
    </message>
    <message>
        <source>%1 is not a table of texts</source>
        <translation>%1은(는) 텍스트 표가 아닙니다</translation>
    </message>
    <message>
        <source>it has %1 bytes</source>
        <translation>크기가 %1바이트입니다</translation>
    </message>
    <message>
        <source>it does not begin with the length of a table</source>
        <translation>표의 길이로 시작하지 않습니다</translation>
    </message>
    <message>
        <source>it has %1 values</source>
        <translation>값이 %1개 있습니다</translation>
    </message>
    <message>
        <source>%1 does not lie in a file beside it</source>
        <translation>%1이(가) 같은 폴더의 파일에 있지 않습니다</translation>
    </message>
    <message>
        <source>it names %1 files</source>
        <translation>파일 %1개를 가리킵니다</translation>
    </message>
    <message>
        <source>%1 is in another file too</source>
        <translation>%1이(가) 다른 파일에도 있습니다</translation>
    </message>
    <message>
        <source>%1 has a value that is not a finite number</source>
        <translation>%1에 유한한 수가 아닌 값이 있습니다</translation>
    </message>
    <message>
        <source>%1 has a value above 65504, which half-precision scales cannot hold</source>
        <translation>%1에 65504보다 큰 값이 있어 반정밀도 배율로 나타낼 수 없습니다</translation>
    </message>
    <message>
        <source>%1 is &quot;%2&quot;, which is not built in</source>
        <translation>%1의 값 &quot;%2&quot;은(는) 지원하지 않습니다</translation>
    </message>
    <message>
        <source>%1 does not go with the other sizes</source>
        <translation>%1이(가) 다른 크기와 맞지 않습니다</translation>
    </message>
    <message>
        <source>the token %1 has no number</source>
        <translation>토큰 %1에 번호가 없습니다</translation>
    </message>
    <message>
        <source>%1 and another token have the same number</source>
        <translation>%1과(와) 다른 토큰의 번호가 같습니다</translation>
    </message>
    <message>
        <source>%1 is not a pair to be merged</source>
        <translation>%1은(는) 병합할 쌍이 아닙니다</translation>
    </message>
    <message>
        <source>it is not a SentencePiece model, or a part is missing</source>
        <translation>SentencePiece 모델이 아니거나 일부가 없습니다</translation>
    </message>
    <message>
        <source>a piece appears twice</source>
        <translation>같은 조각이 두 번 나옵니다</translation>
    </message>
    <message>
        <source>the token %1 has the number %2</source>
        <translation>토큰 %1의 번호가 %2입니다</translation>
    </message>
    <message>
        <source>it has %1 tokens, and the model knows %2</source>
        <translation>토큰이 %1개인데 모델은 %2개를 압니다</translation>
    </message>
    <message>
        <source>another program is writing it now</source>
        <translation>다른 프로그램이 지금 쓰고 있습니다</translation>
    </message>
    <message>
        <source>it is shorter than it was</source>
        <translation>이전보다 짧아졌습니다</translation>
    </message>
    <message>
        <source>it needs %1 MB more and %2 MB are free</source>
        <translation>%1MB가 더 필요한데 %2MB가 비어 있습니다</translation>
    </message>
    <message>
        <source>its weights are quantized already (%1)</source>
        <translation>가중치가 이미 양자화되어 있습니다(%1)</translation>
    </message>
    <message>
        <source>the folder %1 cannot be made</source>
        <translation>%1 폴더를 만들 수 없습니다</translation>
    </message>
    <message>
        <source>it has no list of layers</source>
        <translation>계층 목록이 없습니다</translation>
    </message>
    <message>
        <source>a layer is no object</source>
        <translation>계층 하나가 객체가 아닙니다</translation>
    </message>
    <message>
        <source>a layer has no usable digest</source>
        <translation>계층 하나의 다이제스트를 사용할 수 없습니다</translation>
    </message>
    <message>
        <source>a layer with the model</source>
        <translation>모델이 담긴 계층</translation>
    </message>
    <message>
        <source>they need a model that is loaded</source>
        <translation>불러온 모델이 있어야 합니다</translation>
    </message>
    <message>
        <source>it is for %1 models, and this is a %2 model</source>
        <translation>%1 모델용인데 이 모델은 %2입니다</translation>
    </message>
    <message>
        <source>%1 of its parts are not there</source>
        <translation>조각 %1개가 없습니다</translation>
    </message>
    <message>
        <source>nothing there has a similar name</source>
        <translation>비슷한 이름이 없습니다</translation>
    </message>
    <message>
        <source>the closest names there are %1</source>
        <translation>가장 비슷한 이름은 %1입니다</translation>
    </message>
    <message>
        <source>the disk is full; what has arrived is kept</source>
        <translation>디스크가 가득 찼습니다. 받은 부분은 그대로 남습니다</translation>
    </message>
    <message>
        <source>the file system of this folder holds no files of this size</source>
        <translation>이 폴더의 파일 시스템에는 이 크기의 파일을 저장할 수 없습니다</translation>
    </message>
    <message>
        <source>the connection ended before the file did</source>
        <translation>파일이 끝나기 전에 연결이 끊겼습니다</translation>
    </message>
    <message>
        <source>another part of it came than was asked for</source>
        <translation>요청한 것과 다른 부분이 왔습니다</translation>
    </message>
    <message>
        <source>the hub has another file of this name now; list its files anew</source>
        <translation>허브의 이 이름에 이제 다른 파일이 있습니다. 파일 목록을 다시 불러오세요</translation>
    </message>
    <message>
        <source>it changes while it is fetched</source>
        <translation>받는 동안 파일이 바뀝니다</translation>
    </message>
    <message>
        <source>%1 MB more are needed and %2 MB are free; what has arrived is kept</source>
        <translation>%1 MB가 더 필요하지만 %2 MB만 비어 있습니다. 받은 부분은 그대로 남습니다</translation>
    </message>
    <message>
        <source>it was renamed or removed, or is open to its owner only</source>
        <translation>이름이 바뀌었거나 삭제되었거나 소유자만 볼 수 있습니다</translation>
    </message>
    <message>
        <source>it leads to an address that is not safe to follow</source>
        <translation>안전하지 않은 주소로 넘어가려 합니다</translation>
    </message>
    <message>
        <source>the address of a hub is written as https://hub.example.org</source>
        <translation>허브 주소는 https://hub.example.org 형식으로 씁니다</translation>
    </message>
    <message>
        <source>no computer of this name was found</source>
        <translation>이 이름의 컴퓨터를 찾을 수 없습니다</translation>
    </message>
    <message>
        <source>the connection was refused</source>
        <translation>연결이 거부되었습니다</translation>
    </message>
    <message>
        <source>its certificate is not trusted (%1)</source>
        <translation>인증서를 신뢰할 수 없습니다(%1)</translation>
    </message>
    <message>
        <source>the proxy asks for another user name and password</source>
        <translation>프록시가 다른 사용자 이름과 암호를 요구합니다</translation>
    </message>
    <message>
        <source>the proxy does not answer (%1)</source>
        <translation>프록시가 응답하지 않습니다(%1)</translation>
    </message>
    <message>
        <source>the connection broke off (%1)</source>
        <translation>연결이 끊겼습니다(%1)</translation>
    </message>
    <message>
        <source>the address of the file has expired</source>
        <translation>파일 주소의 유효 기간이 지났습니다</translation>
    </message>
    <message>
        <source>accept its licence on %1 in a browser, then enter a token of that account in the settings, or set HF_TOKEN</source>
        <translation>브라우저로 %1에서 라이선스에 동의한 뒤 그 계정의 토큰을 설정에 입력하거나 HF_TOKEN을 지정하세요</translation>
    </message>
    <message>
        <source>it refuses the token; make a new one on the hub and enter it in the settings, or set HF_TOKEN</source>
        <translation>토큰이 거부되었습니다. 허브에서 새 토큰을 만들어 설정에 입력하거나 HF_TOKEN을 지정하세요</translation>
    </message>
    <message>
        <source>it sent nothing for too long</source>
        <translation>너무 오래 아무것도 보내지 않았습니다</translation>
    </message>
    <message>
        <source>it leads from address to address without end</source>
        <translation>주소가 끝없이 다른 주소로 넘어갑니다</translation>
    </message>
    <message>
        <source>it has been asked too often from here</source>
        <translation>이곳에서 너무 자주 요청했습니다</translation>
    </message>
    <message>
        <source>it answers with the error %1</source>
        <translation>오류 %1(으)로 응답합니다</translation>
    </message>
    <message>
        <source>several files are called so: %1</source>
        <translation>이 이름의 파일이 여러 개입니다: %1</translation>
    </message>
    <message>
        <source>a model on the hub is written as OWNER/NAME</source>
        <translation>허브의 모델은 OWNER/NAME 형식으로 씁니다</translation>
    </message>
    <message>
        <source>a proxy is written as http://host:8080 or socks5://host:1080</source>
        <translation>프록시는 http://host:8080 또는 socks5://host:1080 형식으로 씁니다</translation>
    </message>
    <message>
        <source>the list of its files cannot be read</source>
        <translation>파일 목록을 읽을 수 없습니다</translation>
    </message>
    <message>
        <source>the list of its files is too long</source>
        <translation>파일 목록이 너무 깁니다</translation>
    </message>
    <message>
        <source>it has %1 bytes instead of %2</source>
        <translation>%2바이트가 아니라 %1바이트입니다</translation>
    </message>
    <message>
        <source>its checksum is another one</source>
        <translation>체크섬이 다릅니다</translation>
    </message>
    <message>
        <source>there is another file of this name; move it away</source>
        <translation>같은 이름의 다른 파일이 있습니다. 그 파일을 옮기세요</translation>
    </message>
    <message>
        <source>it is a model (general.type is not &quot;adapter&quot;)</source>
        <translation>모델 파일입니다(general.type이 &quot;adapter&quot;가 아닙니다)</translation>
    </message>
    <message>
        <source>it is of the kind &quot;%1&quot;, not LoRA</source>
        <translation>LoRA가 아니라 &quot;%1&quot; 종류입니다</translation>
    </message>
    <message>
        <source>it takes effect only behind certain tokens (activated LoRA)</source>
        <translation>특정 토큰 뒤에서만 작동합니다(activated LoRA)</translation>
    </message>
    <message>
        <source>%1 is a whole tensor, not a pair of factors</source>
        <translation>%1은(는) 두 인자의 쌍이 아니라 온전한 텐서입니다</translation>
    </message>
    <message>
        <source>%1 is not a matrix</source>
        <translation>%1은(는) 행렬이 아닙니다</translation>
    </message>
    <message>
        <source>the factors of %1 have the ranks %2 and %3</source>
        <translation>%1의 두 인자의 랭크가 %2와 %3입니다</translation>
    </message>
    <message>
        <source>the factor alpha of %1 is not a number</source>
        <translation>%1의 alpha 값이 숫자가 아닙니다</translation>
    </message>
    <message>
        <source>it holds no factors</source>
        <translation>인자가 들어 있지 않습니다</translation>
    </message>
    <message>
        <source>%1 has only one of its two factors</source>
        <translation>%1에는 두 인자 가운데 하나만 있습니다</translation>
    </message>
    <message>
        <source>%1 is not a matrix of F32, F16 or BF16</source>
        <translation>%1은(는) F32, F16, BF16 행렬이 아닙니다</translation>
    </message>
    <message>
        <source>its settings are no JSON object</source>
        <translation>설정 파일이 JSON 객체가 아닙니다</translation>
    </message>
    <message>
        <source>its weights are in adapter_model.bin, which can hold programs and is never opened; save it as safetensors</source>
        <translation>가중치가 adapter_model.bin에 있는데, 이 형식은 프로그램을 담을 수 있어 열지 않습니다. safetensors로 저장하십시오</translation>
    </message>
    <message>
        <source>it was trained with DoRA, which also scales the weights</source>
        <translation>가중치의 크기도 바꾸는 DoRA로 학습되었습니다</translation>
    </message>
    <message>
        <source>it changes biases as well</source>
        <translation>편향도 바꿉니다</translation>
    </message>
    <message>
        <source>it replaces whole layers (modules_to_save)</source>
        <translation>레이어 전체를 바꿉니다(modules_to_save)</translation>
    </message>
    <message>
        <source>it needs the setting %1</source>
        <translation>%1 설정이 필요합니다</translation>
    </message>
    <message>
        <source>its training changed the base model too (%1)</source>
        <translation>학습할 때 기본 모델도 바뀌었습니다(%1)</translation>
    </message>
    <message>
        <source>%1 is not a list of patterns</source>
        <translation>%1은(는) 패턴 목록이 아닙니다</translation>
    </message>
    <message>
        <source>%1 is not a pattern with a number</source>
        <translation>%1은(는) 숫자가 딸린 패턴이 아닙니다</translation>
    </message>
    <message>
        <source>its settings lack %1</source>
        <translation>설정에 %1이(가) 없습니다</translation>
    </message>
    <message>
        <source>a pattern of its settings takes too long to match</source>
        <translation>설정의 패턴 하나를 맞춰 보는 데 너무 오래 걸립니다</translation>
    </message>
    <message>
        <source>several patterns of its settings match %1</source>
        <translation>설정의 여러 패턴이 %1에 들어맞습니다</translation>
    </message>
    <message>
        <source>%1 has the rank %2 where its settings say %3</source>
        <translation>%1의 랭크는 %2인데 설정에는 %3(으)로 되어 있습니다</translation>
    </message>
    <message>
        <source>its strength must be from -%1 to %1</source>
        <translation>강도는 -%1에서 %1 사이여야 합니다</translation>
    </message>
    <message>
        <source>it changes %1, which this model does not have</source>
        <translation>이 모델에 없는 %1을(를) 바꿉니다</translation>
    </message>
    <message>
        <source>it was made for a %1 of %2 values, not of %3</source>
        <translation>%1의 크기가 %3이(가) 아니라 %2인 모델용입니다</translation>
    </message>
    <message>
        <source>the adapters&apos; ranks add up to %1, and %2 can be used</source>
        <translation>어댑터의 랭크를 더하면 %1인데, 쓸 수 있는 것은 %2까지입니다</translation>
    </message>
    <message>
        <source>adapters need %1 bytes in one buffer of at most %2</source>
        <translation>어댑터에는 한 버퍼에 %1바이트가 필요한데, 최대 크기는 %2바이트입니다</translation>
    </message>
    <message>
        <source>it needs a model</source>
        <translation>모델이 있어야 합니다</translation>
    </message>
    <message>
        <source>%1 names no rule for cutting text into words; that of %2 is used</source>
        <translation>%1에 텍스트를 단어로 나누는 규칙이 없어 %2의 규칙을 사용합니다</translation>
    </message>
    <message>
        <source>%1 is not one of its tokens and is passed over</source>
        <translation>%1이(가) 이 모델의 토큰이 아니므로 무시합니다</translation>
    </message>
    <message>
        <source>%1 is typed as ordinary text; it ends a reply all the same</source>
        <translation>%1이(가) 일반 텍스트로 표시되어 있지만 답변의 끝으로 처리합니다</translation>
    </message>
    <message>
        <source>it cannot multiply experts for another device</source>
        <translation>다른 장치를 위해 전문가를 계산할 수 없습니다</translation>
    </message>
    <message>
        <source>nobody multiplies the experts of some layers</source>
        <translation>일부 레이어의 전문가를 계산할 장치가 없습니다</translation>
    </message>
    <message>
        <source>either layers or experts are shared with the processor, not both</source>
        <translation>레이어와 전문가 중 하나만 프로세서와 나눌 수 있습니다</translation>
    </message>
    <message>
        <source>this model has no experts that the processor could take</source>
        <translation>이 모델에는 프로세서가 맡을 전문가가 없습니다</translation>
    </message>
    <message>
        <source>it is too small to time its disk with</source>
        <translation>디스크 속도를 재기에는 너무 작습니다</translation>
    </message>
</context>
<context>
    <name>ErrorNote</name>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>ExampleQuestion</name>
    <message>
        <source>Example: %1</source>
        <translation>예: %1</translation>
    </message>
</context>
<context>
    <name>FetchQuestion</name>
    <message>
        <source>Look again</source>
        <translation>다시 확인</translation>
    </message>
    <message>
        <source>Download anyway</source>
        <translation>그래도 내려받기</translation>
    </message>
    <message>
        <source>Download and convert</source>
        <translation>내려받아 변환</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>내려받기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>FitList</name>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Looking at the models…</source>
        <translation>모델을 살펴보고 있습니다…</translation>
    </message>
    <message>
        <source>No model here answers to this filter.</source>
        <translation>이 조건에 맞는 모델이 없습니다.</translation>
    </message>
</context>
<context>
    <name>FitRowButton</name>
    <message>
        <source>Pause</source>
        <translation>잠시 멈춤</translation>
    </message>
    <message>
        <source>Pause: %1</source>
        <translation>잠시 멈춤: %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어 하기</translation>
    </message>
    <message>
        <source>Resume: %1</source>
        <translation>이어 하기: %1</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Try again: %1</source>
        <translation>다시 시도: %1</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Chat with %1</source>
        <translation>%1 모델과 대화</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>내려받기</translation>
    </message>
    <message>
        <source>Download %1</source>
        <translation>%1 내려받기</translation>
    </message>
    <message>
        <source>Download and convert</source>
        <translation>내려받아 변환</translation>
    </message>
    <message>
        <source>Download and convert %1</source>
        <translation>%1 내려받아 변환</translation>
    </message>
    <message>
        <source>What would run it?</source>
        <translation>필요한 GPU 보기</translation>
    </message>
    <message>
        <source>What would run %1?</source>
        <translation>%1에 필요한 GPU 보기</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>위치 찾기…</translation>
    </message>
    <message>
        <source>Locate %1</source>
        <translation>%1 위치 찾기</translation>
    </message>
</context>
<context>
    <name>FitRowText</name>
    <message>
        <source>This model does not fit %1: %2.</source>
        <translation>이 모델은 %1에 맞지 않습니다: %2.</translation>
    </message>
    <message>
        <source>its file is not there any more</source>
        <translation>파일이 더 이상 없습니다</translation>
    </message>
    <message>
        <source>not downloaded</source>
        <translation>내려받지 않음</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>이 컴퓨터에 있음</translation>
    </message>
</context>
<context>
    <name>FitText</name>
    <message>
        <source>%1 to spare at %2</source>
        <translation>%2에서 여유 %1</translation>
    </message>
    <message>
        <source>%1 would need %2 more</source>
        <translation>%1에는 %2 더 필요합니다</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>맞습니다</translation>
    </message>
    <message>
        <source>Tight</source>
        <translation>빠듯합니다</translation>
    </message>
    <message>
        <source>Fits at %1</source>
        <translation>%1까지 맞습니다</translation>
    </message>
    <message>
        <source>%1 of %2 layers</source>
        <translation>%2개 층 가운데 %1개</translation>
    </message>
    <message>
        <source>Does not fit</source>
        <translation>맞지 않습니다</translation>
    </message>
    <message>
        <source>the rest on the processor, %1 of memory</source>
        <translation>나머지는 프로세서에서, 메모리 %1</translation>
    </message>
    <message>
        <source>too large for this device</source>
        <translation>이 장치에는 너무 큽니다</translation>
    </message>
    <message>
        <source>needs %1, %2 more than there is</source>
        <translation>%1 필요, %2 모자랍니다</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>초당 토큰 %1개</translation>
    </message>
    <message>
        <source>≈ %1 tokens/s</source>
        <translation>초당 토큰 약 %1개</translation>
    </message>
    <message>
        <source>measured here, ±%1 %</source>
        <translation>이 컴퓨터에서 잰 값, ±%1%</translation>
    </message>
    <message>
        <source>estimated from other models here, ±%1 %</source>
        <translation>이 컴퓨터의 다른 모델로 추정, ±%1%</translation>
    </message>
    <message>
        <source>estimated, ±%1 %</source>
        <translation>추정, ±%1%</translation>
    </message>
    <message>
        <source>reads 1,000 tokens in %1 s</source>
        <translation>토큰 1,000개를 %1초에 읽음</translation>
    </message>
    <message>
        <source>%1K</source>
        <translation>%1K</translation>
    </message>
    <message>
        <source>needs %1, %2 more than there is; %3 would fit</source>
        <translation>%1 필요, %2 모자랍니다. %3(이)면 맞습니다</translation>
    </message>
    <message>
        <source>Attention on the card, experts in memory</source>
        <translation>어텐션은 그래픽 카드, 전문가는 메모리</translation>
    </message>
    <message>
        <source>experts of %1 of %2 layers on the processor, %3 of memory</source>
        <translation>레이어 %2개 중 %1개의 전문가는 프로세서에서, 메모리 %3</translation>
    </message>
    <message>
        <source>needs %1, %2 more than there is: that would be read from the disk as it answers</source>
        <translation>%1 필요, %2 모자랍니다. 모자라는 만큼은 답하는 동안 디스크에서 읽습니다</translation>
    </message>
    <message>
        <source>≈ %1 s for a token</source>
        <translation>≈ 토큰 하나에 %1초</translation>
    </message>
</context>
<context>
    <name>FoundList</name>
    <message>
        <source>Found on this computer</source>
        <translation>이 컴퓨터에서 찾은 모델</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>찾고 있습니다…</translation>
    </message>
    <message>
        <source>There is none.</source>
        <translation>없습니다.</translation>
    </message>
    <message>
        <source>In the models folder or in other programs. They are used where they are; nothing is copied.</source>
        <translation>모델 폴더나 다른 프로그램에 있는 모델입니다. 있는 자리에서 그대로 쓰며 복사하지 않습니다.</translation>
    </message>
</context>
<context>
    <name>FoundRow</name>
    <message>
        <source>Added</source>
        <translation>추가됨</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>%1 is in the list</source>
        <translation>%1 모델은 이미 목록에 있습니다</translation>
    </message>
    <message>
        <source>Add %1</source>
        <translation>%1 추가</translation>
    </message>
</context>
<context>
    <name>FoundSheet</name>
    <message>
        <source>Found on this computer</source>
        <translation>이 컴퓨터에서 찾은 모델</translation>
    </message>
</context>
<context>
    <name>FoundStrip</name>
    <message>
        <source>Show them</source>
        <translation>보기</translation>
    </message>
    <message numerus="yes">
        <source>%n more model(s) found on this computer.</source>
        <translation>
            <numerusform>이 컴퓨터에서 모델 %n개를 더 찾았습니다.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GenerationSettings</name>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>Takes effect when a model is loaded again</source>
        <translation>모델을 다시 불러오면 적용됩니다</translation>
    </message>
    <message>
        <source>Choose for me</source>
        <translation>자동으로 고르기</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>문맥</translation>
    </message>
    <message>
        <source>How much of a conversation the model sees. Longer takes more memory.</source>
        <translation>모델이 보는 대화의 길이입니다. 길수록 메모리를 더 씁니다.</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>토큰 %1개</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>Higher is more varied, lower more certain</source>
        <translation>높을수록 다양하고 낮을수록 확실합니다</translation>
    </message>
    <message>
        <source>As the model recommends</source>
        <translation>모델의 권장값</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>지침</translation>
    </message>
    <message>
        <source>What every model should know or heed, such as “Answer briefly.”</source>
        <translation>모든 모델이 알거나 지켜야 할 내용을 적습니다. 예: “짧게 답해 주세요.”</translation>
    </message>
</context>
<context>
    <name>GpuChooser</name>
    <message>
        <source>What if another GPU?</source>
        <translation>다른 GPU라면?</translation>
    </message>
</context>
<context>
    <name>GpuList</name>
    <message>
        <source>All</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>Graphics processors</source>
        <translation>그래픽 프로세서</translation>
    </message>
    <message>
        <source>No GPU of the catalogue runs it alone.</source>
        <translation>목록에 있는 GPU 하나로는 이 모델을 실행할 수 없습니다.</translation>
    </message>
    <message>
        <source>Choose one to see the whole list of models for it.</source>
        <translation>하나를 고르면 그 GPU로 모든 모델이 어떤지 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>No card holds this model. These would have the memory for it, one alone or several in a server; Ponder itself uses one at a time:</source>
        <translation>이 모델을 담을 수 있는 그래픽 카드는 없습니다. 아래는 한 개로, 또는 서버에 여러 개를 함께 쓰면 메모리가 충분합니다. Ponder 자체는 한 번에 하나만 사용합니다.</translation>
    </message>
    <message>
        <source>It does not fit here. What would run it, as estimated:</source>
        <translation>이 컴퓨터에는 맞지 않습니다. 다음에서는 실행할 수 있습니다(예상):</translation>
    </message>
</context>
<context>
    <name>GpuSearch</name>
    <message>
        <source>Search by name</source>
        <translation>이름으로 찾기</translation>
    </message>
    <message>
        <source>Graphics processors</source>
        <translation>그래픽 프로세서</translation>
    </message>
    <message>
        <source>The catalogue has no GPU of this name.</source>
        <translation>목록에 이런 이름의 GPU가 없습니다.</translation>
    </message>
</context>
<context>
    <name>GroupHeading</name>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>어제</translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation>지난 7일</translation>
    </message>
    <message>
        <source>Previous 30 days</source>
        <translation>지난 30일</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>이전</translation>
    </message>
</context>
<context>
    <name>HubPage</name>
    <message>
        <source>Licence: %1</source>
        <translation>라이선스: %1</translation>
    </message>
    <message>
        <source>Repository</source>
        <translation>저장소</translation>
    </message>
    <message>
        <source>OWNER/NAME or the address of its page</source>
        <translation>소유자/이름 또는 페이지 주소</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>살펴보기</translation>
    </message>
    <message>
        <source>Nothing is downloaded before you choose a file. The address of the hub, a proxy and an access token are in the settings.</source>
        <translation>파일을 고르기 전에는 아무것도 내려받지 않습니다. 허브 주소, 프록시, 접근 토큰은 설정에 있습니다.</translation>
    </message>
    <message>
        <source>Asking the hub…</source>
        <translation>허브에 묻고 있습니다…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Its owner asks for consent to the terms: agree on its page, then enter your access token in the settings.</source>
        <translation>소유자가 약관 동의를 요구합니다. 해당 페이지에서 동의한 뒤 설정에 접근 토큰을 입력하세요.</translation>
    </message>
    <message>
        <source>Files of the repository</source>
        <translation>저장소의 파일</translation>
    </message>
</context>
<context>
    <name>HubRow</name>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>파일 %n개</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) missing</source>
        <translation>
            <numerusform>조각 %n개가 없습니다</numerusform>
        </translation>
    </message>
    <message>
        <source>Download %1</source>
        <translation>%1 내려받기</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>내려받기</translation>
    </message>
</context>
<context>
    <name>HubSetting</name>
    <message>
        <source>Hub of models</source>
        <translation>모델 허브</translation>
    </message>
    <message>
        <source>From the environment: %1</source>
        <translation>환경 변수에서: %1</translation>
    </message>
    <message>
        <source>Address of the hub or of a mirror. In use: %1</source>
        <translation>허브 또는 미러의 주소. 사용 중: %1</translation>
    </message>
    <message>
        <source>Address of the hub</source>
        <translation>허브 주소</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>프록시</translation>
    </message>
    <message>
        <source>Empty: as the system. “none”: no proxy.</source>
        <translation>비우면 시스템 설정을 따릅니다. “none”: 프록시 없음.</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>접근 토큰</translation>
    </message>
    <message>
        <source>From the environment</source>
        <translation>환경 변수에서</translation>
    </message>
    <message>
        <source>For models that ask for consent. Kept in the system&apos;s keyring.</source>
        <translation>동의가 필요한 모델에 씁니다. 시스템 키링에 보관합니다.</translation>
    </message>
    <message>
        <source>For models that ask for consent. There is no keyring here: it is kept until the program ends.</source>
        <translation>동의가 필요한 모델에 씁니다. 키링이 없어 프로그램을 끝낼 때까지만 보관합니다.</translation>
    </message>
    <message>
        <source>A token is set</source>
        <translation>토큰이 설정되어 있습니다</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Forget the access token</source>
        <translation>접근 토큰 지우기</translation>
    </message>
    <message>
        <source>Test the connection</source>
        <translation>연결 시험</translation>
    </message>
</context>
<context>
    <name>HubSheet</name>
    <message>
        <source>Models on the hub</source>
        <translation>허브의 모델</translation>
    </message>
</context>
<context>
    <name>LookSettings</name>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>시스템 설정에 따름</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>색상</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation>생각</translation>
    </message>
    <message>
        <source>What happens to the thoughts of a model when it answers</source>
        <translation>모델이 답할 때 생각을 어떻게 보여 줄지 정합니다</translation>
    </message>
    <message>
        <source>Fold after thinking</source>
        <translation>생각이 끝나면 접기</translation>
    </message>
    <message>
        <source>Always open</source>
        <translation>항상 펼치기</translation>
    </message>
    <message>
        <source>Always folded</source>
        <translation>항상 접기</translation>
    </message>
    <message>
        <source>Less motion</source>
        <translation>움직임 줄이기</translation>
    </message>
    <message>
        <source>Nothing slides, fades or breathes</source>
        <translation>미끄러지거나 흐려지거나 깜박이는 효과를 쓰지 않습니다</translation>
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
        <translation>가중치</translation>
    </message>
    <message>
        <source>context</source>
        <translation>문맥</translation>
    </message>
    <message>
        <source>work space</source>
        <translation>작업 공간</translation>
    </message>
    <message>
        <source>Memory:</source>
        <translation>메모리:</translation>
    </message>
    <message>
        <source>Graphics memory:</source>
        <translation>그래픽 메모리:</translation>
    </message>
</context>
<context>
    <name>MemoryMeter</name>
    <message>
        <source>Memory %1 GB</source>
        <translation>메모리 %1 GB</translation>
    </message>
    <message>
        <source>Context %1%</source>
        <translation>문맥 %1%</translation>
    </message>
    <message>
        <source>Memory %1 / %2 GB</source>
        <comment>of a graphics card</comment>
        <translation>그래픽 메모리 %1 / %2 GB</translation>
    </message>
    <message>
        <source>Memory %1 / %2 GB</source>
        <comment>of the computer</comment>
        <translation>메모리 %1 / %2 GB</translation>
    </message>
</context>
<context>
    <name>MergeSheet</name>
    <message>
        <source>Merge into a new file</source>
        <translation>새 파일로 병합</translation>
    </message>
    <message>
        <source>A new model is made in the models folder: this one with the adapters that are switched on, each with its strength. The model and the adapters stay as they are.</source>
        <translation>켜 둔 어댑터를 각각의 강도로 합친 새 모델을 모델 폴더에 만듭니다. 지금의 모델과 어댑터는 그대로입니다.</translation>
    </message>
    <message>
        <source>Merge as %1</source>
        <translation>%1(으)로 병합</translation>
    </message>
</context>
<context>
    <name>MessageList</name>
    <message>
        <source>Messages</source>
        <translation>메시지 목록</translation>
    </message>
    <message>
        <source>Jump to the end</source>
        <translation>맨 아래로 이동</translation>
    </message>
</context>
<context>
    <name>ModalDialog</name>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>ModelAbout</name>
    <message>
        <source>Place</source>
        <translation>위치</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>점수</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>Quantizations on %1</source>
        <translation>%1에서의 양자화별 상태</translation>
    </message>
    <message>
        <source>Hide the model card</source>
        <translation>모델 카드 접기</translation>
    </message>
    <message>
        <source>Show the model card</source>
        <translation>모델 카드 보기</translation>
    </message>
</context>
<context>
    <name>ModelActions</name>
    <message>
        <source>The file is not there any more. If it was moved, show where it is now.</source>
        <translation>파일이 더 이상 그 자리에 없습니다. 옮겼다면 지금 위치를 알려 주세요.</translation>
    </message>
    <message>
        <source>New name of the model</source>
        <translation>모델의 새 이름</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>위치 찾기…</translation>
    </message>
    <message>
        <source>Keep the name</source>
        <translation>이름 저장</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>목록에서 빼기</translation>
    </message>
    <message>
        <source>Delete the file…</source>
        <translation>파일 삭제…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>그대로 두기</translation>
    </message>
    <message>
        <source>Where is the model now?</source>
        <translation>모델이 지금 어디에 있나요?</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>모델 (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
</context>
<context>
    <name>ModelAdvice</name>
    <message>
        <source>The model file asks for this value.</source>
        <translation>모델 파일이 이 값을 요청합니다.</translation>
    </message>
    <message>
        <source>DeepSeek&apos;s model card recommends it for the R1 family.</source>
        <translation>DeepSeek의 모델 카드가 R1 계열에 권장하는 값입니다.</translation>
    </message>
    <message>
        <source>Recommended for models that think before they answer.</source>
        <translation>답하기 전에 생각하는 모델에 권장합니다.</translation>
    </message>
    <message>
        <source>The makers of this model publish it.</source>
        <translation>이 모델의 제작자가 공개한 값입니다.</translation>
    </message>
    <message>
        <source>A usual value; the model does not say one.</source>
        <translation>일반적인 값입니다. 모델에는 값이 적혀 있지 않습니다.</translation>
    </message>
    <message>
        <source>This template does not work, so the model&apos;s own is used: %1</source>
        <translation>이 템플릿이 작동하지 않아 모델의 템플릿을 사용합니다: %1</translation>
    </message>
    <message>
        <source>This template works and takes the place of the model&apos;s own.</source>
        <translation>이 템플릿이 작동하며 모델의 템플릿을 대신합니다.</translation>
    </message>
    <message>
        <source>The model brings its own template, and it works.</source>
        <translation>모델에 들어 있는 템플릿이 작동합니다.</translation>
    </message>
    <message>
        <source>The model has no template; the built-in one for %1 is used.</source>
        <translation>모델에 템플릿이 없어 %1용 내장 템플릿을 사용합니다.</translation>
    </message>
    <message>
        <source>The model&apos;s template does not work; the built-in one for %1 is used.</source>
        <translation>모델의 템플릿이 작동하지 않아 %1용 내장 템플릿을 사용합니다.</translation>
    </message>
    <message>
        <source>DeepSeek&apos;s model card advises against a system prompt; what you write here goes in front of the first question.</source>
        <translation>DeepSeek의 모델 카드는 시스템 프롬프트를 권장하지 않습니다. 여기에 쓴 내용은 첫 질문 앞에 붙습니다.</translation>
    </message>
    <message>
        <source>The template has no place for a system prompt; what you write here goes in front of the first question.</source>
        <translation>템플릿에 시스템 프롬프트 자리가 없습니다. 여기에 쓴 내용은 첫 질문 앞에 붙습니다.</translation>
    </message>
    <message>
        <source>Thinking needs room, %1 tokens if the memory allows; the model was trained for %2.</source>
        <translation>생각에는 공간이 필요합니다. 메모리가 허락하면 %1토큰을 권장하며, 모델은 %2토큰까지 학습했습니다.</translation>
    </message>
    <message>
        <source>The model was trained for %1 tokens.</source>
        <translation>모델은 %1토큰까지 학습했습니다.</translation>
    </message>
    <message>
        <source>Not needed beside top-p; 0 turns it off.</source>
        <translation>top-p와 함께 쓸 필요가 없습니다. 0이면 꺼집니다.</translation>
    </message>
    <message>
        <source>Thoughts count too; a smaller limit may cut the answer off.</source>
        <translation>생각도 셉니다. 한도가 작으면 답이 잘릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Left open, as many of the %1 layers as fit go to the graphics processor.</source>
        <translation>비워 두면 %1개 층 가운데 들어가는 만큼 그래픽 프로세서에 올립니다.</translation>
    </message>
    <message>
        <source>q8_0 takes about half the memory of f16 for the context and loses a little accuracy.</source>
        <translation>q8_0은 문맥에 f16의 절반쯤 되는 메모리를 쓰며 정확도가 조금 떨어집니다.</translation>
    </message>
    <message>
        <source>This model is no mixture of experts; leave it open.</source>
        <translation>전문가 혼합 모델이 아니므로 비워 두세요.</translation>
    </message>
    <message>
        <source>Left open, the graphics processor has the experts of as many of the %1 layers as fit, and all else of each.</source>
        <translation>비워 두면 레이어 %1개 중 들어가는 만큼의 전문가와 나머지 전부를 그래픽 프로세서에 둡니다.</translation>
    </message>
</context>
<context>
    <name>ModelButton</name>
    <message>
        <source>Loading %1</source>
        <translation>%1 불러오는 중</translation>
    </message>
    <message>
        <source>%1 could not be loaded</source>
        <translation>%1을(를) 불러오지 못했습니다</translation>
    </message>
    <message>
        <source>The model could not be loaded</source>
        <translation>모델을 불러오지 못했습니다</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>모델 없음</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>모델: %1</translation>
    </message>
</context>
<context>
    <name>ModelMenu</name>
    <message>
        <source>Recent models</source>
        <translation>최근 모델</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>모델 열기…</translation>
    </message>
    <message>
        <source>Unload the model</source>
        <translation>모델 내리기</translation>
    </message>
</context>
<context>
    <name>ModelSettingField</name>
    <message>
        <source>Recommended: %1</source>
        <translation>권장: %1</translation>
    </message>
    <message>
        <source>From %1 to %2</source>
        <translation>%1에서 %2까지</translation>
    </message>
    <message>
        <source>Reset %1 to recommended</source>
        <translation>%1 권장값으로 되돌리기</translation>
    </message>
    <message>
        <source>Choose for me</source>
        <translation>자동</translation>
    </message>
</context>
<context>
    <name>ModelSettingsPanel</name>
    <message>
        <source>Some of this holds when the model is loaded again.</source>
        <translation>일부는 모델을 다시 불러온 뒤 적용됩니다.</translation>
    </message>
    <message>
        <source>Load again</source>
        <translation>다시 불러오기</translation>
    </message>
    <message>
        <source>Looking at the model…</source>
        <translation>모델을 살펴보고 있습니다…</translation>
    </message>
    <message>
        <source>Reset all to recommended</source>
        <translation>모두 권장값으로 되돌리기</translation>
    </message>
</context>
<context>
    <name>ModelSheetContent</name>
    <message>
        <source>About</source>
        <translation>정보</translation>
    </message>
    <message>
        <source>Which GPUs run it?</source>
        <translation>어떤 GPU로 실행되나요?</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Adapters</source>
        <translation>어댑터</translation>
    </message>
</context>
<context>
    <name>ModelsFilters</name>
    <message>
        <source>All</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>이 컴퓨터에 있음</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>맞는 모델</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>문맥</translation>
    </message>
</context>
<context>
    <name>ModelsHeader</name>
    <message>
        <source>Show the sidebar (Ctrl+B)</source>
        <translation>사이드바 보이기 (Ctrl+B)</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>What if: %1</source>
        <translation>%1인 경우</translation>
    </message>
    <message>
        <source>Back to this computer</source>
        <translation>이 컴퓨터로 돌아가기</translation>
    </message>
    <message>
        <source>Another GPU…</source>
        <translation>다른 GPU…</translation>
    </message>
    <message>
        <source>What if another GPU?</source>
        <translation>다른 GPU라면?</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>파일 열기…</translation>
    </message>
    <message>
        <source>Browse models</source>
        <translation>모델 찾아보기</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Drop models anywhere in this window: files, folders, several at once.</source>
        <translation>모델 파일이나 폴더를 이 창 아무 곳에나 놓으세요. 여러 개도 됩니다.</translation>
    </message>
</context>
<context>
    <name>NeededMachine</name>
    <message>
        <source>A computer with %1 of memory that is read at %2 GB/s: %3</source>
        <translation>메모리가 %1이고 초당 %2 GB를 읽는 컴퓨터: %3</translation>
    </message>
    <message>
        <source>Attention on a card like %1, experts in %2 of memory: %3</source>
        <translation>어텐션은 %1 같은 카드에, 전문가는 %2 메모리에: %3</translation>
    </message>
    <message>
        <source>A computer with %1 of memory and a disk that is read at %2 GB/s: %3</source>
        <translation>메모리가 %1이고 디스크를 초당 %2 GB로 읽는 컴퓨터: %3</translation>
    </message>
</context>
<context>
    <name>NewChatButton</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
</context>
<context>
    <name>OpenModelDialog</name>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>모델 (*.gguf)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
</context>
<context>
    <name>QuantizationChip</name>
    <message>
        <source>Quantization: %1</source>
        <translation>양자화: %1</translation>
    </message>
</context>
<context>
    <name>QuantizationRow</name>
    <message>
        <source>%1% of the quality</source>
        <translation>품질 %1%</translation>
    </message>
</context>
<context>
    <name>QuestionBubble</name>
    <message>
        <source>Edit the question</source>
        <translation>질문 고치기</translation>
    </message>
    <message>
        <source>Copy the question</source>
        <translation>질문 복사</translation>
    </message>
</context>
<context>
    <name>RecentModelRow</name>
    <message>
        <source>The file is not there any more</source>
        <translation>파일이 더 이상 없습니다</translation>
    </message>
    <message>
        <source>Take %1 off this list</source>
        <translation>%1을(를) 목록에서 빼기</translation>
    </message>
</context>
<context>
    <name>Recognition</name>
    <message>
        <source>These files are missing: %1.</source>
        <translation>다음 파일이 없습니다: %1.</translation>
    </message>
    <message>
        <source>Run &quot;ollama pull %1&quot;.</source>
        <translation>&quot;ollama pull %1&quot;을 실행하십시오.</translation>
    </message>
    <message>
        <source>LoRA adapter (PEFT folder) · %1</source>
        <translation>LoRA 어댑터(PEFT 폴더) · %1</translation>
    </message>
    <message>
        <source>An adapter changes another model and cannot answer alone.</source>
        <translation>어댑터는 다른 모델을 바꾸는 것으로, 혼자서는 답할 수 없습니다.</translation>
    </message>
    <message>
        <source>Choose it in the settings of the model that it was made for.</source>
        <translation>이 어댑터가 만들어진 모델의 설정에서 선택하십시오.</translation>
    </message>
    <message>
        <source>AWQ folder · %1</source>
        <translation>AWQ 폴더 · %1</translation>
    </message>
    <message>
        <source>safetensors folder · %1</source>
        <translation>safetensors 폴더 · %1</translation>
    </message>
    <message>
        <source>Download the rest of the folder.</source>
        <translation>폴더의 나머지를 내려받으십시오.</translation>
    </message>
    <message>
        <source>It must be converted to GGUF first.</source>
        <translation>먼저 GGUF로 변환해야 합니다.</translation>
    </message>
    <message>
        <source>Convert it here, or with &quot;ponder-cli convert&quot;.</source>
        <translation>여기에서 또는 &quot;ponder-cli convert&quot;로 변환하십시오.</translation>
    </message>
    <message>
        <source>GGUF part %1 of %2 · %3</source>
        <translation>GGUF 조각 %1/%2 · %3</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) are missing: %1.</source>
        <translation>
            <numerusform>조각 %n개가 없습니다: %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>Put all parts into one folder.</source>
        <translation>모든 조각을 한 폴더에 넣으십시오.</translation>
    </message>
    <message>
        <source>LoRA adapter · %1</source>
        <translation>LoRA 어댑터 · %1</translation>
    </message>
    <message>
        <source>Use a GGUF or safetensors version of this model.</source>
        <translation>이 모델의 GGUF 또는 safetensors 버전을 사용하십시오.</translation>
    </message>
    <message>
        <source>Download it again.</source>
        <translation>다시 내려받으십시오.</translation>
    </message>
    <message>
        <source>PyTorch weights. Such files can run programs when they are opened, so they are not read.</source>
        <translation>PyTorch 가중치입니다. 이런 파일은 열 때 프로그램을 실행할 수 있으므로 읽지 않습니다.</translation>
    </message>
    <message>
        <source>Use a GGUF or safetensors version of this model, or convert it to safetensors with the tools of its makers.</source>
        <translation>이 모델의 GGUF 또는 safetensors 버전을 사용하거나, 제작자의 도구로 safetensors로 변환하십시오.</translation>
    </message>
    <message>
        <source>An archive; what is in it cannot be used.</source>
        <translation>압축 파일입니다. 안에 든 것은 사용할 수 없습니다.</translation>
    </message>
    <message>
        <source>Unpack it and drop what was in it.</source>
        <translation>압축을 풀고 안에 있던 것을 놓으십시오.</translation>
    </message>
    <message>
        <source>An unfinished download.</source>
        <translation>끝나지 않은 다운로드입니다.</translation>
    </message>
    <message>
        <source>Let it finish, then drop the finished file.</source>
        <translation>다운로드가 끝난 뒤 완성된 파일을 놓으십시오.</translation>
    </message>
    <message>
        <source>A Git LFS pointer; the weights were not downloaded.</source>
        <translation>Git LFS 포인터입니다. 가중치는 내려받지 않았습니다.</translation>
    </message>
    <message>
        <source>Run &quot;git lfs pull&quot; in its folder and drop it again.</source>
        <translation>그 폴더에서 &quot;git lfs pull&quot;을 실행한 뒤 다시 놓으십시오.</translation>
    </message>
    <message>
        <source>A web page that was saved in place of the model.</source>
        <translation>모델 대신 저장된 웹 페이지입니다.</translation>
    </message>
    <message>
        <source>Download it again; some models ask you to log in first.</source>
        <translation>다시 내려받으십시오. 먼저 로그인해야 하는 모델도 있습니다.</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>파일이 비어 있습니다.</translation>
    </message>
    <message>
        <source>A file in the old GGML format, from before GGUF.</source>
        <translation>GGUF 이전의 옛 GGML 형식 파일입니다.</translation>
    </message>
    <message>
        <source>GGUF version 1; versions 2 and 3 can be read.</source>
        <translation>GGUF 버전 1입니다. 버전 2와 3을 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>Download a newer GGUF file of this model.</source>
        <translation>이 모델의 더 새로운 GGUF 파일을 내려받으십시오.</translation>
    </message>
    <message>
        <source>A GGUF file for big-endian computers.</source>
        <translation>빅 엔디언 컴퓨터용 GGUF 파일입니다.</translation>
    </message>
    <message>
        <source>Use the usual GGUF file of this model.</source>
        <translation>이 모델의 일반 GGUF 파일을 사용하십시오.</translation>
    </message>
    <message>
        <source>The part of a model that sees pictures (mmproj); it cannot answer alone.</source>
        <translation>그림을 보는 모델 부분(mmproj)으로, 혼자서는 답할 수 없습니다.</translation>
    </message>
    <message>
        <source>Drop the GGUF file of the model itself.</source>
        <translation>모델 자체의 GGUF 파일을 놓으십시오.</translation>
    </message>
    <message>
        <source>A vocabulary without weights.</source>
        <translation>가중치가 없는 어휘입니다.</translation>
    </message>
    <message>
        <source>An importance matrix for quantizing; it is not a model.</source>
        <translation>양자화에 쓰는 중요도 행렬이며 모델이 아닙니다.</translation>
    </message>
    <message>
        <source>Safetensors weights without the files that describe them.</source>
        <translation>설명 파일이 없는 safetensors 가중치입니다.</translation>
    </message>
    <message>
        <source>Drop the whole folder, with config.json and the tokenizer.</source>
        <translation>config.json과 토크나이저가 있는 폴더 전체를 놓으십시오.</translation>
    </message>
    <message>
        <source>An ONNX model, made for other programs.</source>
        <translation>다른 프로그램용으로 만든 ONNX 모델입니다.</translation>
    </message>
    <message>
        <source>MLX weights, made for programs on Apple computers.</source>
        <translation>Apple 컴퓨터의 프로그램용으로 만든 MLX 가중치입니다.</translation>
    </message>
    <message>
        <source>Weights quantized by GPTQ, which cannot be converted.</source>
        <translation>GPTQ로 양자화된 가중치로, 변환할 수 없습니다.</translation>
    </message>
    <message>
        <source>Use a GGUF file, the AWQ version or the unquantized safetensors version of this model.</source>
        <translation>이 모델의 GGUF 파일, AWQ 버전 또는 양자화하지 않은 safetensors 버전을 사용하십시오.</translation>
    </message>
    <message>
        <source>Weights quantized for ExLlama (EXL2, EXL3), which cannot be converted.</source>
        <translation>ExLlama용으로 양자화된 가중치(EXL2, EXL3)로, 변환할 수 없습니다.</translation>
    </message>
    <message>
        <source>Weights quantized by bitsandbytes, which cannot be converted.</source>
        <translation>bitsandbytes로 양자화된 가중치로, 변환할 수 없습니다.</translation>
    </message>
    <message>
        <source>Weights quantized in a way that cannot be converted.</source>
        <translation>변환할 수 없는 방식으로 양자화된 가중치입니다.</translation>
    </message>
    <message>
        <source>A TensorRT engine, built for one graphics card.</source>
        <translation>특정 그래픽 카드용으로 만든 TensorRT 엔진입니다.</translation>
    </message>
    <message>
        <source>A Core ML model, made for programs on Apple computers.</source>
        <translation>Apple 컴퓨터의 프로그램용으로 만든 Core ML 모델입니다.</translation>
    </message>
    <message>
        <source>A TensorFlow or Keras model, made for other programs.</source>
        <translation>다른 프로그램용으로 만든 TensorFlow 또는 Keras 모델입니다.</translation>
    </message>
    <message>
        <source>Flax weights, made for other programs.</source>
        <translation>다른 프로그램용으로 만든 Flax 가중치입니다.</translation>
    </message>
    <message>
        <source>A recipe of Ollama (Modelfile); the weights are elsewhere.</source>
        <translation>Ollama의 설정 파일(Modelfile)이며, 가중치는 다른 곳에 있습니다.</translation>
    </message>
    <message>
        <source>Drop the GGUF file that its FROM line names.</source>
        <translation>FROM 줄에 적힌 GGUF 파일을 놓으십시오.</translation>
    </message>
    <message>
        <source>An adapter of another kind than LoRA.</source>
        <translation>LoRA가 아닌 다른 종류의 어댑터입니다.</translation>
    </message>
    <message>
        <source>Use a LoRA adapter, or a model it has been merged into.</source>
        <translation>LoRA 어댑터나, 어댑터가 합쳐진 모델을 사용하십시오.</translation>
    </message>
    <message>
        <source>This is not a model file.</source>
        <translation>모델 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>Drop a GGUF file (its name ends in .gguf) or the folder of a model.</source>
        <translation>GGUF 파일(이름이 .gguf로 끝남)이나 모델 폴더를 놓으십시오.</translation>
    </message>
    <message>
        <source>There is no model in this folder.</source>
        <translation>이 폴더에는 모델이 없습니다.</translation>
    </message>
    <message>
        <source>It is not there any more.</source>
        <translation>더 이상 그 자리에 없습니다.</translation>
    </message>
    <message>
        <source>Check the disk that it was on.</source>
        <translation>그것이 있던 디스크를 확인하십시오.</translation>
    </message>
    <message>
        <source>A link to something that is not there.</source>
        <translation>없는 것을 가리키는 링크입니다.</translation>
    </message>
    <message>
        <source>Drop the file itself.</source>
        <translation>파일 자체를 놓으십시오.</translation>
    </message>
    <message>
        <source>You are not allowed to read it.</source>
        <translation>읽을 권한이 없습니다.</translation>
    </message>
    <message>
        <source>Change its permissions, then drop it again.</source>
        <translation>권한을 바꾼 뒤 다시 놓으십시오.</translation>
    </message>
    <message>
        <source>This is neither an ordinary file nor a folder.</source>
        <translation>일반 파일도 폴더도 아닙니다.</translation>
    </message>
    <message>
        <source>This is a link, not a file.</source>
        <translation>파일이 아니라 링크입니다.</translation>
    </message>
    <message>
        <source>Download the model, then drop the file.</source>
        <translation>모델을 내려받은 뒤 파일을 놓으십시오.</translation>
    </message>
</context>
<context>
    <name>ReplyFooter</name>
    <message>
        <source>%1 tokens/s</source>
        <translation>초당 %1토큰</translation>
    </message>
    <message>
        <source>first token %1 ms</source>
        <translation>첫 토큰 %1밀리초</translation>
    </message>
    <message>
        <source>first token %1 s</source>
        <translation>첫 토큰 %1초</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사했습니다</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation>답변 복사</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>다시 생성</translation>
    </message>
    <message>
        <source>Previous reply</source>
        <translation>이전 답변</translation>
    </message>
    <message>
        <source>Next reply</source>
        <translation>다음 답변</translation>
    </message>
</context>
<context>
    <name>ReplyView</name>
    <message>
        <source>Stopped</source>
        <translation>중지했습니다</translation>
    </message>
    <message>
        <source>Stopped at the length limit</source>
        <translation>길이 제한에서 멈춤</translation>
    </message>
    <message>
        <source>Stopped: the context is full. Start a new chat or choose a longer context.</source>
        <translation>문맥이 가득 차서 멈췄습니다. 새 대화를 시작하거나 더 긴 문맥을 고르십시오.</translation>
    </message>
    <message>
        <source>Reply, being written</source>
        <translation>작성 중인 답변</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
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
        <translation>사이드바 숨기기(Ctrl+B)</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>대화 목록</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
</context>
<context>
    <name>SlimScrollBar</name>
    <message>
        <source>Scroll bar</source>
        <translation>스크롤 막대</translation>
    </message>
</context>
<context>
    <name>TaskRow</name>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Try again: %1</source>
        <translation>다시 시도: %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어 하기</translation>
    </message>
    <message>
        <source>Resume: %1</source>
        <translation>이어 하기: %1</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>잠시 멈춤</translation>
    </message>
    <message>
        <source>Pause: %1</source>
        <translation>잠시 멈춤: %1</translation>
    </message>
    <message>
        <source>Take %1 off this list</source>
        <translation>%1 항목을 목록에서 지우기</translation>
    </message>
    <message>
        <source>Cancel: %1</source>
        <translation>취소: %1</translation>
    </message>
</context>
<context>
    <name>TasksCard</name>
    <message>
        <source>In progress</source>
        <translation>진행 중</translation>
    </message>
    <message>
        <source>Adding models</source>
        <translation>모델을 추가하는 중</translation>
    </message>
</context>
<context>
    <name>ThinkingHeader</name>
    <message>
        <source>Thoughts, the model is thinking</source>
        <translation>생각, 모델이 생각하고 있습니다</translation>
    </message>
    <message>
        <source>Shown. Press to fold.</source>
        <translation>펼쳐져 있습니다. 누르면 접습니다.</translation>
    </message>
    <message>
        <source>Folded. Press to show.</source>
        <translation>접혀 있습니다. 누르면 펼칩니다.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Copy the thoughts</source>
        <translation>생각 복사</translation>
    </message>
</context>
<context>
    <name>ThinkingMenu</name>
    <message>
        <source>default</source>
        <translation>기본값</translation>
    </message>
    <message>
        <source>Effort: %1</source>
        <translation>생각 강도: %1</translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation>생각</translation>
    </message>
    <message>
        <source>How much the model thinks</source>
        <translation>모델이 얼마나 깊이 생각할지 정합니다</translation>
    </message>
    <message>
        <source>What becomes of earlier thoughts</source>
        <translation>이전 생각을 어떻게 할지 정합니다</translation>
    </message>
    <message>
        <source>%1 (default)</source>
        <translation>%1(기본값)</translation>
    </message>
    <message>
        <source>Keep earlier thoughts</source>
        <translation>이전 생각 유지</translation>
    </message>
</context>
<context>
    <name>ThinkingPanel</name>
    <message>
        <source>Thinking… %1</source>
        <translation>생각하는 중… %1</translation>
    </message>
    <message>
        <source>Stopped after thinking for %1</source>
        <translation>%1 동안 생각하고 멈춤</translation>
    </message>
    <message>
        <source>Thought for %1</source>
        <translation>%1 동안 생각함</translation>
    </message>
    <message numerus="yes">
        <source>%n tokens</source>
        <translation>
            <numerusform>토큰 %n개</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ThoughtMarksSetting</name>
    <message>
        <source>Thoughts of this model</source>
        <translation>이 모델의 생각</translation>
    </message>
    <message>
        <source>Which part of a reply is folded away as thoughts</source>
        <translation>답변의 어느 부분을 생각으로 접을지 정합니다</translation>
    </message>
    <message>
        <source>As the model says</source>
        <translation>모델의 표시대로</translation>
    </message>
    <message>
        <source>Never fold</source>
        <translation>접지 않기</translation>
    </message>
    <message>
        <source>Between my marks</source>
        <translation>직접 정한 표시 사이</translation>
    </message>
    <message>
        <source>Opening and closing mark</source>
        <translation>여는 표시와 닫는 표시</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Show the sidebar (Ctrl+B)</source>
        <translation>사이드바 보이기(Ctrl+B)</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>모델을 불러오고 있습니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Cancel loading</source>
        <translation>불러오기 취소</translation>
    </message>
</context>
<context>
    <name>TransferSpeed</name>
    <message>
        <source>%1 s</source>
        <translation>%1초</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1분 %2초</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1시간 %2분</translation>
    </message>
</context>
<context>
    <name>UndoToasts</name>
    <message>
        <source>“%1” was deleted</source>
        <translation>“%1” 대화를 삭제했습니다</translation>
    </message>
</context>
<context>
    <name>WaitingLine</name>
    <message>
        <source>Reading the conversation… %1%</source>
        <translation>대화를 읽는 중… %1%</translation>
    </message>
    <message>
        <source>Reading the conversation…</source>
        <translation>대화를 읽는 중…</translation>
    </message>
</context>
<context>
    <name>WindowOptions</name>
    <message>
        <source>Chat with reasoning models on your own computer.</source>
        <translation>내 컴퓨터에서 추론 모델과 대화합니다.</translation>
    </message>
    <message>
        <source>Load this model (.gguf) at the start.</source>
        <translation>시작할 때 이 모델(.gguf)을 불러옵니다.</translation>
    </message>
    <message>
        <source>Answer by script, without a model and without a device.</source>
        <translation>모델과 장치 없이 정해진 각본으로 답합니다.</translation>
    </message>
    <message>
        <source>Keep chats and settings in this folder.</source>
        <translation>대화와 설정을 이 폴더에 보관합니다.</translation>
    </message>
    <message>
        <source>Draw pictures of the window into this folder and leave.</source>
        <translation>창의 그림을 이 폴더에 그리고 끝냅니다.</translation>
    </message>
    <message>
        <source>Leave after so many milliseconds (for tests).</source>
        <translation>지정한 밀리초 뒤에 끝냅니다(시험용).</translation>
    </message>
    <message>
        <source>The same as --model.</source>
        <translation>--model과 같습니다.</translation>
    </message>
</context>
<context>
    <name>ponder::App</name>
    <message>
        <source>The chat could not be saved: %1. Check the space on the disk.</source>
        <translation>대화를 저장하지 못했습니다: %1. 디스크 공간을 확인하십시오.</translation>
    </message>
</context>
<context>
    <name>ponder::ChatController</name>
    <message>
        <source>Answer ready</source>
        <translation>답변이 준비되었습니다</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>중지했습니다</translation>
    </message>
    <message>
        <source>Stopped at the longest allowed reply</source>
        <translation>답변이 최대 길이에 이르러 중지했습니다</translation>
    </message>
    <message>
        <source>Stopped: the context is full</source>
        <translation>문맥이 가득 차서 중지했습니다</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>생각하고 있습니다</translation>
    </message>
    <message>
        <source>Answering</source>
        <translation>답변하고 있습니다</translation>
    </message>
</context>
<context>
    <name>ponder::ChatListModel</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
</context>
<context>
    <name>ponder::Cli</name>
    <message>
        <source>Print the result as JSON.</source>
        <translation>결과를 JSON으로 출력합니다.</translation>
    </message>
    <message>
        <source>Show this help.</source>
        <translation>이 도움말을 보여 줍니다.</translation>
    </message>
    <message>
        <source>auto, reference, vulkan, vulkan:1 or part of a device&apos;s name. The default is auto.</source>
        <translation>auto, reference, vulkan, vulkan:1 또는 장치 이름의 일부를 씁니다. 기본값은 auto입니다.</translation>
    </message>
    <message>
        <source>Number format of the attention cache. The default is the device&apos;s choice.</source>
        <translation>어텐션 캐시의 수 형식입니다. 기본값은 장치가 정합니다.</translation>
    </message>
    <message>
        <source>this subcommand has no such option, or it lacks its value</source>
        <translation>이 하위 명령에 없는 옵션이거나 값이 빠졌습니다</translation>
    </message>
    <message>
        <source>it stands where nothing is expected</source>
        <translation>여기에는 아무것도 오지 않아야 합니다</translation>
    </message>
    <message>
        <source>give the path of a .gguf file</source>
        <translation>.gguf 파일의 경로를 적으십시오</translation>
    </message>
    <message>
        <source>this option is needed</source>
        <translation>이 옵션이 필요합니다</translation>
    </message>
    <message>
        <source>give a number from %1 to %2</source>
        <translation>%1부터 %2까지의 수를 적으십시오</translation>
    </message>
    <message>
        <source>give one of: %1</source>
        <translation>다음 중 하나를 적으십시오: %1</translation>
    </message>
    <message>
        <source>give token ids separated by commas, as in 1,2,3</source>
        <translation>토큰 번호를 쉼표로 나누어 적으십시오. 예: 1,2,3</translation>
    </message>
    <message>
        <source>round %1 of %2</source>
        <translation>%2회 중 %1회</translation>
    </message>
    <message>
        <source>Tokens of the reply.</source>
        <translation>답변의 토큰 수입니다.</translation>
    </message>
    <message>
        <source>Rounds; the result is their median.</source>
        <translation>반복 횟수입니다. 결과는 그 중앙값입니다.</translation>
    </message>
    <message>
        <source>Measures reading and writing speed, loading time and memory.</source>
        <translation>읽기와 쓰기 속도, 불러오는 시간, 메모리를 측정합니다.</translation>
    </message>
    <message>
        <source>give either it or --ids, and not both</source>
        <translation>이 옵션과 --ids 중 하나만 적으십시오</translation>
    </message>
    <message>
        <source>The text to continue, UTF-8; - is standard input.</source>
        <translation>이어 쓸 글이며 UTF-8입니다. -는 표준 입력입니다.</translation>
    </message>
    <message>
        <source>The tokens to continue, in place of a text.</source>
        <translation>글 대신 이어 쓸 토큰입니다.</translation>
    </message>
    <message>
        <source>Text that spells a special token becomes that token.</source>
        <translation>특수 토큰과 같은 글은 그 토큰이 됩니다.</translation>
    </message>
    <message>
        <source>Tokens to generate at most.</source>
        <translation>생성할 최대 토큰 수입니다.</translation>
    </message>
    <message>
        <source>Continues a text without a chat template.</source>
        <translation>대화 형식 없이 글을 이어 씁니다.</translation>
    </message>
    <message>
        <source>            cannot be used: %1</source>
        <translation>            사용할 수 없음: %1</translation>
    </message>
    <message>
        <source>Lists the devices that models can run on, best first.</source>
        <translation>모델을 실행할 수 있는 장치를 좋은 순서로 보여 줍니다.</translation>
    </message>
    <message>
        <source>0 takes the likeliest token.</source>
        <translation>0이면 가장 가능성이 높은 토큰을 고릅니다.</translation>
    </message>
    <message>
        <source>Only the N likeliest tokens; 0 is off.</source>
        <translation>가능성이 높은 토큰 N개만 사용합니다. 0이면 끕니다.</translation>
    </message>
    <message>
        <source>Only tokens that make up this probability; 1 is off.</source>
        <translation>합쳐서 이 확률이 되는 토큰만 사용합니다. 1이면 끕니다.</translation>
    </message>
    <message>
        <source>Only tokens this likely beside the likeliest; 0 is off.</source>
        <translation>가장 가능성이 높은 토큰에 견주어 이 비율이 되는 토큰만 사용합니다. 0이면 끕니다.</translation>
    </message>
    <message>
        <source>Above 1, seen tokens become less likely.</source>
        <translation>1보다 크면 이미 나온 토큰의 가능성이 낮아집니다.</translation>
    </message>
    <message>
        <source>Above 0, tokens become less likely with every use.</source>
        <translation>0보다 크면 토큰이 나올 때마다 가능성이 낮아집니다.</translation>
    </message>
    <message>
        <source>The same seed on the same device gives the same reply; 0 is a random one.</source>
        <translation>같은 장치에서 시드가 같으면 답변도 같습니다. 0이면 무작위입니다.</translation>
    </message>
    <message>
        <source>Usage: ponder-cli SUBCOMMAND [options]</source>
        <translation>사용법: ponder-cli 하위명령 [옵션]</translation>
    </message>
    <message>
        <source>Every subcommand has --help with examples, and --json.</source>
        <translation>모든 하위 명령에는 예시가 있는 --help와 --json이 있습니다.</translation>
    </message>
    <message>
        <source>Examples:</source>
        <translation>예시:</translation>
    </message>
    <message>
        <source>Usage: ponder-cli %1</source>
        <translation>사용법: ponder-cli %1</translation>
    </message>
    <message>
        <source>Options:</source>
        <translation>옵션:</translation>
    </message>
    <message>
        <source>%1 x %2 logits written</source>
        <translation>logit %1 × %2개를 썼습니다</translation>
    </message>
    <message>
        <source>The tokens, at consecutive positions from 0.</source>
        <translation>0번 위치부터 차례로 놓을 토큰입니다.</translation>
    </message>
    <message>
        <source>The file to write: little-endian 32-bit floats, tokens x vocabulary.</source>
        <translation>쓸 파일입니다. 리틀 엔디언 32비트 실수이며 토큰 수 × 어휘 크기입니다.</translation>
    </message>
    <message>
        <source>Writes the logits of every position to a file.</source>
        <translation>모든 위치의 logit을 파일에 씁니다.</translation>
    </message>
    <message>
        <source>See: ponder-cli %1</source>
        <translation>참고: ponder-cli %1</translation>
    </message>
    <message>
        <source>A subcommand is missing.</source>
        <translation>하위 명령이 빠졌습니다.</translation>
    </message>
    <message>
        <source>There is no subcommand &quot;%1&quot;.</source>
        <translation>&quot;%1&quot; 하위 명령은 없습니다.</translation>
    </message>
    <message>
        <source>it has fewer than two tokens</source>
        <translation>토큰이 두 개보다 적습니다</translation>
    </message>
    <message>
        <source>perplexity %1, %2 nat a token over %3 tokens</source>
        <translation>혼란도 %1, 토큰당 %2나트, 토큰 %3개</translation>
    </message>
    <message>
        <source>The text to score, UTF-8; - is standard input.</source>
        <translation>평가할 글이며 UTF-8입니다. -는 표준 입력입니다.</translation>
    </message>
    <message>
        <source>The text has %1 tokens; the first %2 are scored. --tokens 0 scores all.</source>
        <translation>글은 %1토큰이며 처음 %2토큰만 평가합니다. 모두 평가하려면 --tokens 0을 쓰십시오.</translation>
    </message>
    <message>
        <source>Score only the first N tokens; 0 is all of them.</source>
        <translation>처음 토큰 N개만 평가합니다. 0이면 모두 평가합니다.</translation>
    </message>
    <message>
        <source>Also give the value of every token.</source>
        <translation>토큰마다의 값도 보여 줍니다.</translation>
    </message>
    <message>
        <source>Says how well a model predicts a text.</source>
        <translation>모델이 글을 얼마나 잘 예측하는지 알려 줍니다.</translation>
    </message>
    <message>
        <source>give a JSON array of messages, each with a role and a content</source>
        <translation>role과 content가 있는 메시지의 JSON 배열을 적으십시오</translation>
    </message>
    <message>
        <source>give either a model or --template-file</source>
        <translation>모델이나 --template-file 중 하나를 적으십시오</translation>
    </message>
    <message>
        <source>A chat template (Jinja) in place of a model&apos;s.</source>
        <translation>모델의 것 대신 쓸 대화 형식(Jinja)입니다.</translation>
    </message>
    <message>
        <source>The conversation, a JSON array of messages; - is standard input.</source>
        <translation>대화이며 메시지의 JSON 배열입니다. -는 표준 입력입니다.</translation>
    </message>
    <message>
        <source>Do not open the reply.</source>
        <translation>답변을 열지 않습니다.</translation>
    </message>
    <message>
        <source>What bos_token is; the default is the model&apos;s.</source>
        <translation>bos_token의 값입니다. 기본값은 모델의 값입니다.</translation>
    </message>
    <message>
        <source>What eos_token is; the default is the model&apos;s.</source>
        <translation>eos_token의 값입니다. 기본값은 모델의 값입니다.</translation>
    </message>
    <message>
        <source>Shows the prompt that a chat template makes of a conversation.</source>
        <translation>대화 형식이 대화로 만드는 프롬프트를 보여 줍니다.</translation>
    </message>
    <message>
        <source>loading %1 %</source>
        <translation>불러오는 중 %1%</translation>
    </message>
    <message>
        <source>Warning: %1 tokens of context are more than the %2 this model was trained for.</source>
        <translation>경고: 문맥 토큰 %1개는 이 모델이 학습한 %2개보다 많습니다.</translation>
    </message>
    <message>
        <source>The text to split, UTF-8; - is standard input.</source>
        <translation>나눌 글이며 UTF-8입니다. -는 표준 입력입니다.</translation>
    </message>
    <message>
        <source>Splits a text into the tokens of a model; no token is added in front.</source>
        <translation>글을 모델의 토큰으로 나눕니다. 앞에 토큰을 더하지 않습니다.</translation>
    </message>
    <message>
        <source>The context is full; the reply ends here. Use --context for a longer one.</source>
        <translation>문맥이 가득 차서 답변이 여기서 끝납니다. --context로 더 길게 할 수 있습니다.</translation>
    </message>
    <message>
        <source>Ask a question; Ctrl-C stops a reply, Ctrl-D ends.</source>
        <translation>질문을 입력하십시오. Ctrl-C는 답변을 중지하고 Ctrl-D는 끝냅니다.</translation>
    </message>
    <message>
        <source>One question; without it, questions are read line by line.</source>
        <translation>질문 하나입니다. 없으면 질문을 한 줄씩 읽습니다.</translation>
    </message>
    <message>
        <source>What the model should always heed.</source>
        <translation>모델이 항상 지켜야 할 내용입니다.</translation>
    </message>
    <message>
        <source>Ask the model to answer without thinking.</source>
        <translation>모델이 생각하지 않고 답하도록 요청합니다.</translation>
    </message>
    <message>
        <source>0 takes the likeliest token; the default is the model&apos;s recommendation.</source>
        <translation>0이면 가장 가능성이 높은 토큰을 고릅니다. 기본값은 모델의 권장값입니다.</translation>
    </message>
    <message>
        <source>Only tokens that make up this probability; the default is the model&apos;s recommendation.</source>
        <translation>합쳐서 이 확률이 되는 토큰만 사용합니다. 기본값은 모델의 권장값입니다.</translation>
    </message>
    <message>
        <source>Tokens of a reply at most; 0 is the model&apos;s recommendation.</source>
        <translation>답변의 최대 토큰 수입니다. 0이면 모델의 권장값입니다.</translation>
    </message>
    <message>
        <source>Talks with a model; its thoughts are dimmed.</source>
        <translation>모델과 대화합니다. 생각은 흐리게 보여 줍니다.</translation>
    </message>
    <message>
        <source>Goes on to N tokens where the model would end.</source>
        <translation>모델이 끝내려 해도 토큰 N개까지 계속합니다.</translation>
    </message>
    <message>
        <source>Tokens of context. The default is what the model was trained for, at most 32768.</source>
        <translation>문맥의 토큰 수입니다. 기본값은 모델의 학습 길이이며 최대 32768입니다.</translation>
    </message>
    <message>
        <source>Threads on the processor; 0 is one for each of its cores.</source>
        <translation>프로세서에서 쓸 스레드 수. 0이면 코어마다 하나씩 씁니다.</translation>
    </message>
    <message>
        <source>Reply %1:</source>
        <translation>응답 %1:</translation>
    </message>
    <message>
        <source>Replies to make side by side, each with a seed of its own.</source>
        <translation>나란히 만들 응답 수. 응답마다 시드가 다릅니다.</translation>
    </message>
    <message>
        <source>Guesses ahead from what was said before: the same reply, sooner where it repeats.</source>
        <translation>앞에서 나온 말로 다음을 미리 추측합니다. 응답은 같고, 되풀이되는 곳에서 더 빨라집니다.</translation>
    </message>
    <message>
        <source>A smaller model of the same vocabulary guesses ahead: the same reply, sooner where it guesses well.</source>
        <translation>어휘가 같은 더 작은 모델이 다음을 미리 추측합니다. 응답은 같고, 추측이 잘 맞으면 더 빨라집니다.</translation>
    </message>
    <message>
        <source>give numbers from %1 on, separated by commas</source>
        <translation>%1 이상의 수를 쉼표로 나누어 적으십시오</translation>
    </message>
    <message>
        <source>  this device does not time its kernels</source>
        <translation>  이 장치는 커널의 시간을 재지 않습니다</translation>
    </message>
    <message>
        <source>Kernels of a prompt:</source>
        <translation>프롬프트를 읽는 커널:</translation>
    </message>
    <message>
        <source>Kernels of a reply:</source>
        <translation>답변을 쓰는 커널:</translation>
    </message>
    <message>
        <source>Tokens of the prompt; several as in 128,512.</source>
        <translation>프롬프트의 토큰 수입니다. 여럿이면 128,512처럼 적습니다.</translation>
    </message>
    <message>
        <source>Tokens before the reply; several as in 0,2048.</source>
        <translation>답변 앞에 있는 토큰 수입니다. 여럿이면 0,2048처럼 적습니다.</translation>
    </message>
    <message>
        <source>Tokens of the prompts, repeated as needed; otherwise ordinary ones at random.</source>
        <translation>프롬프트에 쓸 토큰입니다. 모자라면 되풀이하고, 없으면 보통 토큰을 무작위로 씁니다.</translation>
    </message>
    <message>
        <source>Also measure how quickly memory can be read, and the share that replies reach.</source>
        <translation>메모리를 읽는 속도와 답변이 그중 얼마에 이르는지도 측정합니다.</translation>
    </message>
    <message>
        <source>Also print what each kernel cost, in a round of its own.</source>
        <translation>따로 한 번 더 실행하여 커널마다 든 비용도 보여 줍니다.</translation>
    </message>
    <message>
        <source>Also measure N replies that share what stands before them; 0 does not.</source>
        <translation>앞부분을 함께 쓰는 답변 N개도 측정합니다. 0이면 측정하지 않습니다.</translation>
    </message>
    <message>
        <source>it is missing; see --help</source>
        <translation>빠졌습니다. --help를 참고하십시오</translation>
    </message>
    <message>
        <source>writing %1 %</source>
        <translation>쓰는 중 %1%</translation>
    </message>
    <message>
        <source>Writes a model of a real shape with random weights, to measure speed with.</source>
        <translation>실제 모양에 무작위 가중치를 채운 모델을 씁니다. 속도를 측정할 때 씁니다.</translation>
    </message>
    <message>
        <source>fast may round activations to eight bits where the device is quicker so; the default.</source>
        <translation>fast는 장치가 그편이 빠르면 활성값을 8비트로 반올림할 수 있습니다. 기본값입니다.</translation>
    </message>
    <message>
        <source>tuning for this GPU, %1 s</source>
        <translation>이 GPU에 맞추는 중, %1초</translation>
    </message>
    <message>
        <source>Search for the quickest kernels of each GPU (10 s) and keep them.</source>
        <translation>각 GPU에서 가장 빠른 커널을 찾아(10초) 보관합니다.</translation>
    </message>
    <message>
        <source>Layers on the graphics processor, the others on the processor; auto is as many as fit.</source>
        <translation>그래픽 프로세서에 둘 레이어 수. 나머지는 프로세서에 둡니다. auto는 들어가는 만큼 둡니다.</translation>
    </message>
    <message>
        <source>give auto or a number of layers</source>
        <translation>auto 또는 레이어 수를 지정하세요</translation>
    </message>
    <message>
        <source>Checks a model file and says what is in it and where it would go.</source>
        <translation>모델 파일을 검사하고 그 내용과 놓일 곳을 알려 줍니다.</translation>
    </message>
    <message>
        <source>  outside the kernels: %1 ms of %2 ms, %3 %</source>
        <translation>  커널 밖: 전체 %2 ms 중 %1 ms, %3 %</translation>
    </message>
    <message>
        <source>JSON: &quot;results&quot; lists what was measured, each with &quot;what&quot; (prefill, first: the time to the first
token, decode), &quot;tokens&quot;, &quot;depth&quot;, &quot;sequences&quot;, &quot;median&quot;, &quot;min&quot;, &quot;max&quot; and &quot;unit&quot;; decode also has
&quot;bytes_per_second&quot; read and, with --bandwidth, its share of &quot;memory_bytes_per_second&quot;.
&quot;bytes_per_token&quot; counts the tensors that one step reads, &quot;peak_bytes&quot; is the most memory that the
process had, as the system says; the other *_bytes are what the engine holds. &quot;profile&quot; lists
&quot;kernel&quot;, &quot;calls&quot;, &quot;seconds&quot;, &quot;bytes&quot; and &quot;bytes_per_second&quot; for &quot;prefill&quot; and &quot;decode&quot;;
&quot;prefill_seconds&quot; and &quot;decode_seconds&quot; are what the whole of these rounds took.</source>
        <translation>JSON: &quot;results&quot;에는 측정한 항목마다 &quot;what&quot;(prefill, first: 첫 토큰까지의 시간, decode), &quot;tokens&quot;, &quot;depth&quot;,
&quot;sequences&quot;, &quot;median&quot;, &quot;min&quot;, &quot;max&quot;, &quot;unit&quot;이 있습니다. decode에는 읽은 &quot;bytes_per_second&quot;도 있고,
--bandwidth를 주면 &quot;memory_bytes_per_second&quot;에서 차지하는 비율도 있습니다. &quot;bytes_per_token&quot;은 한 단계가
읽는 텐서의 바이트 수, &quot;peak_bytes&quot;는 시스템이 알려 준 프로세스의 최대 메모리이며, 나머지 *_bytes는
엔진이 가진 메모리입니다. &quot;profile&quot;에는 &quot;prefill&quot;과 &quot;decode&quot;마다 &quot;kernel&quot;, &quot;calls&quot;, &quot;seconds&quot;, &quot;bytes&quot;,
&quot;bytes_per_second&quot;가 있고, &quot;prefill_seconds&quot;와 &quot;decode_seconds&quot;는 그 측정 전체에 걸린 시간입니다.</translation>
    </message>
    <message>
        <source>Kernels of %1 replies at once:</source>
        <translation>답변 %1개를 한꺼번에 쓰는 커널:</translation>
    </message>
    <message>
        <source>the model is read from this file while it is written</source>
        <translation>쓰는 동안 이 파일에서 모델을 읽습니다</translation>
    </message>
    <message>
        <source>it is quantized already, and quantizing it again loses more than quantizing the F16 or BF16 file of this model; --%1 does it nevertheless</source>
        <translation>이미 양자화되어 있어, 다시 양자화하면 이 모델의 F16이나 BF16 파일을 양자화할 때보다 더 많이 잃습니다. --%1로 그래도 할 수 있습니다</translation>
    </message>
    <message>
        <source>The weights are quantized already: the new file will be worse than one that is made from the F16 or BF16 file of this model.</source>
        <translation>가중치가 이미 양자화되어 있습니다. 새 파일은 이 모델의 F16이나 BF16 파일로 만든 것보다 못합니다.</translation>
    </message>
    <message>
        <source>Writes a model with smaller weights: less memory, and faster replies.</source>
        <translation>가중치를 줄인 모델을 씁니다. 메모리를 덜 쓰고 답이 빨라집니다.</translation>
    </message>
    <message>
        <source>Takes a model whose weights are quantized already.</source>
        <translation>가중치가 이미 양자화된 모델도 받습니다.</translation>
    </message>
    <message>
        <source>This model has no experts: all of its matrices become Q8_0.</source>
        <translation>이 모델에는 전문가가 없어 모든 행렬이 Q8_0이 됩니다.</translation>
    </message>
    <message>
        <source>Types: Q2_K, Q3_K_M, IQ4_XS, IQ4_NL, Q4_0, Q4_K_M, Q5_0, Q5_K_M, Q6_K, Q8_0, F16; and MXFP4_MOE, which has the experts of a mixture in MXFP4 and all else in Q8_0. The model should be an F32, F16 or BF16 file; a split one becomes one file.</source>
        <translation>형식: Q2_K, Q3_K_M, IQ4_XS, IQ4_NL, Q4_0, Q4_K_M, Q5_0, Q5_K_M, Q6_K, Q8_0, F16. MXFP4_MOE는 전문가 혼합 모델의 전문가를 MXFP4로, 나머지를 Q8_0으로 씁니다. 모델은 F32, F16, BF16 파일이어야 좋으며, 나뉜 모델은 한 파일이 됩니다.</translation>
    </message>
    <message>
        <source>the folder cannot be made</source>
        <translation>폴더를 만들 수 없습니다</translation>
    </message>
    <message>
        <source>%1 % of %2, %3</source>
        <translation>%2 가운데 %1 %, %3</translation>
    </message>
    <message>
        <source>it is there already; remove it or give another name</source>
        <translation>이미 있습니다. 지우거나 다른 이름을 지정하십시오</translation>
    </message>
    <message>
        <source>Going on behind %1 of %2 tensors.</source>
        <translation>텐서 %2개 가운데 %1개 다음부터 이어 갑니다.</translation>
    </message>
    <message>
        <source>What is done is kept. Run the same command again to go on.</source>
        <translation>지금까지 한 일은 남아 있습니다. 같은 명령을 다시 실행하면 이어서 합니다.</translation>
    </message>
    <message>
        <source>Makes a GGUF file of a Hugging Face folder, quantized on the way.</source>
        <translation>Hugging Face 폴더를 양자화하여 GGUF 파일로 만듭니다.</translation>
    </message>
    <message>
        <source>A type of the command quantize: Q2_K to F16. The default is Q4_K_M.</source>
        <translation>quantize 명령의 형식 가운데 하나로, Q2_K부터 F16까지입니다. 기본값은 Q4_K_M입니다.</translation>
    </message>
    <message>
        <source>The folder holds config.json, a tokenizer and safetensors of a model. Without OUT the file goes where Ponder keeps its models. Ctrl-C pauses; the same command goes on. What AWQ quantized keeps its four-bit numbers, as Q4_1; T is then the type of the embedding and the output.</source>
        <translation>폴더에는 모델의 config.json, 토크나이저, safetensors가 있어야 합니다. OUT을 지정하지 않으면 Ponder가 모델을 보관하는 곳에 저장합니다. Ctrl-C를 누르면 일시 중지되고 같은 명령으로 이어집니다. AWQ로 양자화된 것은 4비트 수를 그대로 Q4_1로 유지하며, 이때 T는 임베딩과 출력의 형식입니다.</translation>
    </message>
    <message>
        <source>  weights %1, context %2, work space %3</source>
        <translation>  가중치 %1, 문맥 %2, 작업 공간 %3</translation>
    </message>
    <message>
        <source>, program %1</source>
        <translation>, 프로그램 %1</translation>
    </message>
    <message>
        <source>For %1, %2 of memory, %3 free</source>
        <translation>%1, 메모리 %2 중 %3 사용 가능</translation>
    </message>
    <message>
        <source>Says whether a model, or each of the catalogue, fits, with which context, and how fast it will be.</source>
        <translation>모델이, 또는 목록의 모델마다, 맞는지, 어느 문맥까지 되는지, 얼마나 빠를지 알려 줍니다.</translation>
    </message>
    <message>
        <source>A device of this machine, as `devices` lists them.</source>
        <translation>이 컴퓨터의 장치입니다. `devices`가 보여 주는 이름을 씁니다.</translation>
    </message>
    <message>
        <source>Another graphics processor, as if it were in this machine.</source>
        <translation>이 컴퓨터에 있다고 치고 살펴볼 다른 그래픽 프로세서입니다.</translation>
    </message>
    <message>
        <source>Tokens of context. The default is what reasoning needs.</source>
        <translation>문맥의 토큰 수입니다. 기본값은 추론에 필요한 만큼입니다.</translation>
    </message>
    <message>
        <source>Number format of the attention cache.</source>
        <translation>어텐션 캐시의 숫자 형식입니다.</translation>
    </message>
    <message>
        <source>give the name, id or path of a model in the library</source>
        <translation>라이브러리에 있는 모델의 이름, id 또는 경로를 지정하십시오</translation>
    </message>
    <message>
        <source>(missing)</source>
        <translation>(없음)</translation>
    </message>
    <message>
        <source>give a file or folder to add</source>
        <translation>추가할 파일이나 폴더를 지정하십시오</translation>
    </message>
    <message>
        <source>copying, %1 of %2</source>
        <translation>복사 중, %1/%2</translation>
    </message>
    <message>
        <source>this is another model; add it as a model of its own</source>
        <translation>다른 모델입니다. 별도의 모델로 추가하십시오</translation>
    </message>
    <message>
        <source>this file is not Ponder&apos;s own, so it can only be forgotten</source>
        <translation>Ponder의 파일이 아니므로 목록에서만 지울 수 있습니다</translation>
    </message>
    <message>
        <source>Shows and changes the library of models, which the window uses too.</source>
        <translation>창에서도 사용하는 모델 라이브러리를 보여 주고 바꿉니다.</translation>
    </message>
    <message>
        <source>Copies what is added into Ponder&apos;s own folder.</source>
        <translation>추가하는 것을 Ponder의 폴더에 복사합니다.</translation>
    </message>
    <message>
        <source>Deletes the file of a removed model too, where it is Ponder&apos;s own.</source>
        <translation>Ponder의 파일이면 제거하는 모델의 파일도 지웁니다.</translation>
    </message>
    <message>
        <source>Models are used where they lie, those on removable media are copied. A file, any part of a split set, a folder of many models, and Ollama&apos;s folder can be added. Removing a model only forgets it.</source>
        <translation>모델은 그 자리에서 사용하며, 이동식 매체에 있는 것은 복사합니다. 파일, 나뉜 모델의 아무 조각, 여러 모델이 든 폴더, Ollama의 폴더를 추가할 수 있습니다. 모델을 제거하면 목록에서만 지워집니다.</translation>
    </message>
    <message>
        <source>give a type, as in Q4_K_M</source>
        <translation>Q4_K_M처럼 형식을 지정하십시오</translation>
    </message>
    <message>
        <source>The file type to write. By default every tensor keeps its format.</source>
        <translation>기록할 파일 형식. 지정하지 않으면 모든 텐서가 원래 형식을 유지합니다.</translation>
    </message>
    <message>
        <source>Writes a model and LoRA adapters as one new model.</source>
        <translation>모델과 LoRA 어댑터를 새 모델 하나로 기록합니다.</translation>
    </message>
    <message>
        <source>Adapters are GGUF files or PEFT folders; their effects add up. A quantized base is encoded anew
where it changes, which loses a little; an F16 base loses least.</source>
        <translation>어댑터는 GGUF 파일이나 PEFT 폴더이며 효과가 더해집니다. 양자화된 기본 모델은 바뀌는 곳을
다시 부호화하므로 조금 나빠지며, F16 기본 모델이 가장 덜 나빠집니다.</translation>
    </message>
    <message>
        <source>A LoRA adapter to run the model with: a GGUF file or a PEFT folder; may be given several times.</source>
        <translation>모델과 함께 쓸 LoRA 어댑터: GGUF 파일이나 PEFT 폴더이며, 여러 번 줄 수 있습니다.</translation>
    </message>
    <message>
        <source>  (%1 files)</source>
        <translation>  (파일 %1개)</translation>
    </message>
    <message>
        <source>  (%1 parts are missing on the hub)</source>
        <translation>  (허브에 조각 %1개가 없음)</translation>
    </message>
    <message>
        <source>There is no GGUF file and no safetensors folder in %1.</source>
        <translation>%1에는 GGUF 파일도 safetensors 폴더도 없습니다.</translation>
    </message>
    <message>
        <source>Paused at %1. The same command goes on from there.</source>
        <translation>%1에서 일시 정지했습니다. 같은 명령을 다시 실행하면 이어서 받습니다.</translation>
    </message>
    <message>
        <source>Downloads a model from the hub, or lists what a repository has.</source>
        <translation>허브에서 모델을 받거나 저장소의 파일을 나열합니다.</translation>
    </message>
    <message>
        <source>Only list what there is.</source>
        <translation>무엇이 있는지 나열만 합니다.</translation>
    </message>
    <message>
        <source>Folder for the files. The default is OWNER/NAME below the folder of models.</source>
        <translation>파일을 넣을 폴더입니다. 기본값은 모델 폴더 아래의 OWNER/NAME입니다.</translation>
    </message>
    <message>
        <source>Address of the hub. The default is HF_ENDPOINT, else the public hub.</source>
        <translation>허브 주소입니다. 기본값은 HF_ENDPOINT이고, 없으면 공개 허브입니다.</translation>
    </message>
    <message>
        <source>http://user:password@host:port, socks5://host:port or none. The default is the system&apos;s.</source>
        <translation>http://user:password@host:port, socks5://host:port 또는 none입니다. 기본값은 시스템의 프록시입니다.</translation>
    </message>
    <message>
        <source>Ctrl-C pauses, and the same command goes on. HF_TOKEN holds the token for models whose licence asks for consent.</source>
        <translation>Ctrl-C를 누르면 일시 정지하고, 같은 명령을 다시 실행하면 이어서 받습니다. 라이선스 동의가 필요한 모델의 토큰은 HF_TOKEN에 넣습니다.</translation>
    </message>
    <message>
        <source>Exit codes: 0 done, 2 usage, 3 bad file, 4 does not fit, 5 device, 6 network, 130 interrupted.</source>
        <translation>종료 코드: 0 완료, 2 사용법 오류, 3 잘못된 파일, 4 공간 부족, 5 장치 오류, 6 네트워크 오류, 130 중단.</translation>
    </message>
    <message>
        <source>Only those of one vendor: NVIDIA, AMD, Intel or Apple.</source>
        <translation>한 제조사의 것만: NVIDIA, AMD, Intel 또는 Apple.</translation>
    </message>
    <message>
        <source>%1  %2  %3, its file cannot be read</source>
        <translation>%1  %2  %3, 파일을 읽을 수 없습니다</translation>
    </message>
    <message>
        <source>  on this computer: %1</source>
        <translation>  이 컴퓨터에 있음: %1</translation>
    </message>
    <message>
        <source>%1 GB</source>
        <translation>%1 GB</translation>
    </message>
    <message>
        <source>about $%1</source>
        <translation>약 $%1</translation>
    </message>
    <message>
        <source>%1 may also mean %2; this is the answer for %3.</source>
        <translation>%1은(는) %2일 수도 있습니다. 이 답은 %3 기준입니다.</translation>
    </message>
    <message>
        <source>About the model file: %1.</source>
        <translation>모델 파일 관련 안내: %1.</translation>
    </message>
    <message>
        <source>Its memory was read at %1 GB/s while the computer was busy: models may be quicker than said here.</source>
        <translation>컴퓨터가 바쁠 때 메모리를 %1 GB/s로 읽었습니다. 모델은 여기 적힌 것보다 빠를 수 있습니다.</translation>
    </message>
    <message>
        <source>Leaves out layers until the tensors fit so many GB.</source>
        <translation>텐서가 이만큼의 GB에 들어갈 때까지 레이어를 뺍니다.</translation>
    </message>
    <message>
        <source>Shapes: qwen2.5-0.5b, r1-qwen-1.5b, r1-qwen-7b, r1-qwen-14b, r1-qwen-32b, r1-llama-8b; tiny-qwen and tiny-llama for tests; models of the catalogue by their short names, such as qwen3-8b.
Types: those of quantize. What such a model writes has no meaning.</source>
        <translation>모양: qwen2.5-0.5b, r1-qwen-1.5b, r1-qwen-7b, r1-qwen-14b, r1-qwen-32b, r1-llama-8b. tiny-qwen과 tiny-llama는 시험용입니다. 카탈로그의 모델은 qwen3-8b처럼 짧은 이름으로 씁니다.
형식은 quantize 명령과 같습니다. 이런 모델이 쓰는 글에는 뜻이 없습니다.</translation>
    </message>
    <message>
        <source>The graphics processors that hold the whole model, by memory, or so many of them together.</source>
        <translation>모델 전체를 담을 수 있는 GPU를 메모리 순으로, 또는 함께 쓸 때 필요한 개수와 함께 보여 줍니다.</translation>
    </message>
    <message>
        <source>Mixtures of experts whose experts the processor multiplies, the graphics processor all else; auto is as few as needed.</source>
        <translation>전문가를 프로세서가 계산할 레이어 수. 나머지는 모두 그래픽 프로세서가 맡습니다. auto는 필요한 최소한입니다.</translation>
    </message>
    <message>
        <source>Of this computer&apos;s memory, at most so much for the model&apos;s part on the processor: weights beyond it are read from the file as they are used. The default is what is free.</source>
        <translation>프로세서가 맡는 모델 부분이 쓸 수 있는 메모리의 상한입니다. 넘치는 가중치는 쓰일 때마다 파일에서 읽습니다. 기본값은 비어 있는 메모리입니다.</translation>
    </message>
    <message>
        <source>%1 of the weights do not fit into memory: they are read from the file as they are used, which is slow.</source>
        <translation>가중치 중 %1이(가) 메모리에 들어가지 않아, 쓰일 때마다 파일에서 읽습니다. 느립니다.</translation>
    </message>
    <message>
        <source>What sees images is left out: the file reads and writes text.</source>
        <translation>이미지를 보는 부분은 빠집니다. 이 파일은 텍스트를 읽고 씁니다.</translation>
    </message>
    <message>
        <source>The layers that only guess further tokens are left out.</source>
        <translation>다음 토큰을 추측하기만 하는 레이어는 빠집니다.</translation>
    </message>
    <message>
        <source>How much the model should think, in its template&apos;s own words; info lists them.</source>
        <translation>모델이 얼마나 깊이 생각할지 대화 형식이 쓰는 이름으로 정합니다. 이름은 info로 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Whether the thoughts of earlier answers are sent again; the default is the template&apos;s.</source>
        <translation>이전 답변의 생각을 다시 보낼지 정합니다. 기본값은 대화 형식을 따릅니다.</translation>
    </message>
    <message>
        <source>this chat template has no levels of effort</source>
        <translation>이 대화 형식에는 생각 강도 단계가 없습니다</translation>
    </message>
    <message>
        <source>the levels are %1</source>
        <translation>사용할 수 있는 단계는 %1입니다</translation>
    </message>
    <message>
        <source>this chat template leaves no choice about earlier thoughts</source>
        <translation>이 대화 형식에서는 이전 생각을 다룰 방법을 고를 수 없습니다</translation>
    </message>
</context>
<context>
    <name>ponder::ConversionChoices</name>
    <message>
        <source>As it is (%1)</source>
        <translation>그대로(%1)</translation>
    </message>
    <message>
        <source>smallest; answers get clearly worse</source>
        <translation>가장 작지만 답변 품질이 뚜렷이 떨어집니다</translation>
    </message>
    <message>
        <source>very small; answers get somewhat worse</source>
        <translation>매우 작지만 답변 품질이 다소 떨어집니다</translation>
    </message>
    <message>
        <source>a little smaller than Q4_K_M</source>
        <translation>Q4_K_M보다 조금 작습니다</translation>
    </message>
    <message>
        <source>as IQ4_XS, for rows of any length</source>
        <translation>IQ4_XS와 비슷하며 행 길이에 제한이 없습니다</translation>
    </message>
    <message>
        <source>plain four bits, which every program reads</source>
        <translation>모든 프로그램이 읽는 단순한 4비트 형식입니다</translation>
    </message>
    <message>
        <source>plain five bits, which every program reads</source>
        <translation>모든 프로그램이 읽는 단순한 5비트 형식입니다</translation>
    </message>
    <message>
        <source>experts in four bits, all else in eight</source>
        <translation>전문가는 4비트, 나머지는 8비트입니다</translation>
    </message>
    <message>
        <source>%1 % quality</source>
        <translation>품질 %1%</translation>
    </message>
    <message>
        <source>The disk needs %1 more for it.</source>
        <translation>디스크 공간이 %1 더 필요합니다.</translation>
    </message>
    <message>
        <source>%1 are free in the models folder.</source>
        <translation>모델 폴더에 %1의 여유 공간이 있습니다.</translation>
    </message>
    <message>
        <source>AWQ has quantized this model: its four-bit weights stay as they are, and the type is that of the tables of words.</source>
        <translation>AWQ로 양자화된 모델입니다. 4비트 가중치는 그대로 두며, 형식은 어휘 표에만 적용됩니다.</translation>
    </message>
    <message>
        <source>This model is quantized already: what the adapters change is rounded anew, which loses a little. An F16 file of it loses least.</source>
        <translation>이미 양자화된 모델이라 어댑터가 바꾸는 부분을 다시 반올림하므로 정밀도가 조금 떨어집니다. F16 파일을 쓰면 손실이 가장 적습니다.</translation>
    </message>
</context>
<context>
    <name>ponder::ConversionJobs</name>
    <message>
        <source>%1 · waiting</source>
        <translation>%1 · 대기 중</translation>
    </message>
    <message>
        <source>%1 · %2 of %3</source>
        <translation>%1 · %3 중 %2</translation>
    </message>
    <message>
        <source>%1 · begins anew when it is resumed</source>
        <translation>%1 · 다시 시작하면 처음부터 진행합니다</translation>
    </message>
    <message>
        <source>Ready · %1 · %2</source>
        <translation>준비됨 · %1 · %2</translation>
    </message>
</context>
<context>
    <name>ponder::DeviceModel</name>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
</context>
<context>
    <name>ponder::DropPreview</name>
    <message numerus="yes">
        <source>Drop to add %n model(s)</source>
        <translation>
            <numerusform>놓으면 모델 %n개를 추가합니다</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking at it…</source>
        <translation>살펴보는 중…</translation>
    </message>
    <message>
        <source>This cannot be added</source>
        <translation>추가할 수 없습니다</translation>
    </message>
    <message>
        <source>The original files are neither moved nor changed.</source>
        <translation>원본 파일은 옮기거나 바꾸지 않습니다.</translation>
    </message>
    <message>
        <source>used where it is</source>
        <translation>그 자리에서 사용</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>%1에 사용</translation>
    </message>
</context>
<context>
    <name>ponder::FitListModel</name>
    <message>
        <source>%1 of %2</source>
        <translation>%2 중 %1</translation>
    </message>
    <message>
        <source>Predicted %1, used %2</source>
        <translation>예측 %1, 실제 %2</translation>
    </message>
    <message>
        <source>%1, %2 GB/s</source>
        <translation>%1, %2 GB/s</translation>
    </message>
    <message>
        <source>%1, %2 GB/s, measured while the computer was busy</source>
        <translation>%1, %2 GB/s(컴퓨터가 바쁠 때 측정)</translation>
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
        <translation>약 $%1</translation>
    </message>
    <message numerus="yes">
        <source>%n together</source>
        <comment>so many cards</comment>
        <translation>
            <numerusform>%n개를 함께</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ponder::HubSettings</name>
    <message>
        <source>Asking %1</source>
        <translation>%1에 확인하는 중</translation>
    </message>
    <message>
        <source>%1 answers.</source>
        <translation>%1에서 응답합니다.</translation>
    </message>
    <message>
        <source>%1 answers and knows the token of %2.</source>
        <translation>%1에서 응답하며 %2의 토큰을 인식합니다.</translation>
    </message>
</context>
<context>
    <name>ponder::ModelFetch</name>
    <message>
        <source>About %1 are needed on the disk of %2, and %3 are free. Make room there, or choose a smaller quantization.</source>
        <translation>%2이(가) 있는 디스크에 약 %1가 필요한데 남은 공간은 %3입니다. 공간을 비우거나 더 작은 양자화를 고르십시오.</translation>
    </message>
    <message>
        <source>The original weights are downloaded (about %1), and a file of about %2 is made of them on this computer. Both stay on the disk.</source>
        <translation>원본 가중치(약 %1)를 내려받아 이 컴퓨터에서 약 %2의 파일로 변환합니다. 둘 다 디스크에 남습니다.</translation>
    </message>
    <message>
        <source>The download takes about %1.</source>
        <translation>내려받는 데 약 %1가 필요합니다.</translation>
    </message>
    <message>
        <source>Free on this disk: %1.</source>
        <translation>이 디스크의 남은 공간: %1.</translation>
    </message>
</context>
<context>
    <name>ponder::ModelImporter</name>
    <message>
        <source>Checking the files</source>
        <translation>파일을 확인하는 중</translation>
    </message>
    <message>
        <source>Copying, %1 of %2</source>
        <translation>복사 중, %1/%2</translation>
    </message>
    <message>
        <source>That is another model: %1 (%2, %3). Add it as a model of its own.</source>
        <translation>다른 모델입니다: %1(%2, %3). 별도의 모델로 추가하십시오.</translation>
    </message>
    <message>
        <source>Delete the file too? %1 lies in Ponder&apos;s own folder and takes %2.</source>
        <translation>파일도 지우시겠습니까? %1은(는) Ponder의 폴더에 있으며 %2를 차지합니다.</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) added</source>
        <translation>
            <numerusform>모델 %n개를 추가했습니다</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 removed</source>
        <translation>%1을(를) 제거했습니다</translation>
    </message>
</context>
<context>
    <name>ponder::ModelLibrary</name>
    <message>
        <source>Checking the file</source>
        <translation>파일을 확인하고 있습니다</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 중 %1</translation>
    </message>
    <message>
        <source>The context is longer than the model was trained for; answers may get worse.</source>
        <translation>문맥이 모델의 학습 길이보다 깁니다. 답변이 나빠질 수 있습니다.</translation>
    </message>
    <message>
        <source>Tuning for this GPU, %1 s</source>
        <translation>이 GPU에 맞추는 중, %1초</translation>
    </message>
    <message>
        <source>About the model file: %1.</source>
        <translation>모델 파일 관련 안내: %1.</translation>
    </message>
</context>
<context>
    <name>ponder::ModelSettingsModel</name>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
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
        <translation>가장 긴 답변</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>지침</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>문맥</translation>
    </message>
    <message>
        <source>Layers on the graphics processor</source>
        <translation>그래픽 프로세서의 층</translation>
    </message>
    <message>
        <source>Number format of the context</source>
        <translation>문맥의 숫자 형식</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>대화 템플릿</translation>
    </message>
    <message>
        <source>Layers with experts on the processor</source>
        <translation>전문가를 프로세서에 둘 층</translation>
    </message>
</context>
<context>
    <name>ponder::ModelTasks</name>
    <message>
        <source>being put into the library</source>
        <translation>라이브러리에 넣는 중</translation>
    </message>
    <message>
        <source>converting · %1</source>
        <translation>변환 중 · %1</translation>
    </message>
</context>
</TS>
