// From a conversation to the tokens of a reply, one call, on the thread that calls.
//
// Takes a loaded model once: chooses its template, examines it, opens a session that keeps its KV cache from
// reply to reply, so that the part of a conversation that is already computed is not computed again. Then
// each run() renders the conversation, generates, and hands the reply out token by token, thoughts and tags
// included. Owner: EngineWorker, or a command of ponder-cli. The model outlives it. Thread: one. Errors:
// those of the template and of Session::generate; a stop is a summary. Next station: ThinkSplitter.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/chat/kv_shelf.h"
#include "app/prompt/prompt_builder.h"
#include "app/prompt/template_choice.h"
#include "engine/engine.h"

namespace ponder {

struct ReplyCallbacks {
    std::function<void(int done, int all)> prefill;    // tokens of the prompt
    std::function<void(const ThinkMarkers&)> started;  // just before the first token
    std::function<bool(const QString& piece)> arrived; // one token, possibly half a character, so empty;
                                                       // false stops
};

class ReplyGenerator {
public:
    // `chatTemplate` is what the user wants in place of the file's; empty: the file's.
    static Result<std::unique_ptr<ReplyGenerator>> create(Model& model, const QString& chatTemplate = {});

    Result<ReplySummary> run(const ReplyRequest& request, const ReplyCallbacks& callbacks,
                             std::stop_token stop);

    // Guessing ahead in every reply from now on.
    void setSpeculation(const SpeculationSettings& settings) { m_speculation = settings; }

    // Where chats are kept that another one takes the place of; it outlives this object.
    void keepOn(KvShelf* shelf) { m_shelf = shelf; }
    // Keeps the chat that the session holds, before it is closed.
    void putAway();
    void forget(int chatId);

    const TemplateFacts& facts() const { return m_facts; }
    const TemplateChoice& templateChoice() const { return m_choice; }
    // What run() would have the model continue.
    Result<Prompt> prompt(const ReplyRequest& request) const;
    std::vector<TokenId> tokenIds(const Prompt& prompt) const;

private:
    ReplyGenerator(Model& model, ModelCard card, std::unique_ptr<Session> session);

    // Makes the session that of this chat, whose prompt begins so.
    Result<void> open(int chatId, std::span<const TokenId> prompt);
    GenerateSettings settingsFor(const ReplyRequest& request) const;
    // The text of a token, also where the file calls the tags of a thought control tokens, which are never
    // shown otherwise.
    ThinkMarkers markersFor(const ReplyRequest& request, const Prompt& prompt) const;
    QString pieceOf(const ReplyToken& token, const ThinkMarkers& markers) const;

    Model& m_model;
    std::unique_ptr<Session> m_session;
    TemplateChoice m_choice;
    TemplateFacts m_facts;
    PromptBuilder m_builder;
    SpeculationSettings m_speculation;
    KvShelf* m_shelf = nullptr;
    int m_chatId = 0;       // the session's
    bool m_unsaved = false; // it has gone on since it was kept
};

} // namespace ponder
