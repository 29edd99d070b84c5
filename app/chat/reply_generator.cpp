#include "app/chat/reply_generator.h"

#include "app/chat/think_marks.h"

#include <optional>
#include <random>

namespace ponder {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t randomSeed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

ReplySummary::Finish finishOf(FinishReason reason) {
    switch (reason) {
    case FinishReason::EndOfText:
    case FinishReason::StopString:
        return ReplySummary::Finish::EndOfText;
    case FinishReason::MaxTokens:
        return ReplySummary::Finish::MaxTokens;
    case FinishReason::ContextFull:
        return ReplySummary::Finish::ContextFull;
    case FinishReason::Callback:
    case FinishReason::Cancelled:
        break;
    }
    return ReplySummary::Finish::Stopped;
}

} // namespace

Result<std::unique_ptr<ReplyGenerator>> ReplyGenerator::create(Model& model, const QString& chatTemplate) {
    Result<std::unique_ptr<Session>> session = model.createSession();
    if (!session) return session.error();
    ModelCard card = ModelCard::read(model.file(), model.tokenizer());
    card.ownTemplate = chatTemplate;
    return std::unique_ptr<ReplyGenerator>(new ReplyGenerator(model, std::move(card), std::move(*session)));
}

ReplyGenerator::ReplyGenerator(Model& model, ModelCard card, std::unique_ptr<Session> session)
    : m_model(model), m_session(std::move(session)), m_choice(TemplateChoice::forModel(card)),
      m_facts(TemplateFacts::examine(*m_choice.chatTemplate, card)),
      m_builder(*m_choice.chatTemplate, std::move(card), m_facts) {}

Result<Prompt> ReplyGenerator::prompt(const ReplyRequest& request) const {
    return m_builder.build(request.turns, request.instruction, request.thinking);
}

std::vector<TokenId> ReplyGenerator::tokenIds(const Prompt& prompt) const {
    const Tokenizer& tokenizer = m_model.tokenizer();
    std::vector<TokenId> ids = tokenizer.encode(prompt.text, SpecialTokens::Parse, prompt.literal);
    // Most templates write the token themselves.
    if (const auto bos = tokenizer.bos(); tokenizer.addBos() && bos && (ids.empty() || ids.front() != *bos))
        ids.insert(ids.begin(), *bos);
    return ids;
}

GenerateSettings ReplyGenerator::settingsFor(const ReplyRequest& request) const {
    GenerateSettings settings;
    const double temperature = request.temperature >= 0 ? request.temperature : m_facts.temperature;
    const double topP = request.topP >= 0 ? request.topP : m_facts.topP;
    settings.sampling.temperature = static_cast<float>(temperature);
    settings.sampling.topP = static_cast<float>(topP);
    if (request.minP >= 0) settings.sampling.minP = static_cast<float>(request.minP);
    if (request.topK >= 0) settings.sampling.topK = static_cast<std::uint32_t>(request.topK);
    settings.sampling.seed = request.seed != 0 ? request.seed : randomSeed();
    settings.maxTokens =
        static_cast<std::uint32_t>(request.maxTokens > 0 ? request.maxTokens : m_facts.maxTokens);
    settings.speculation = m_speculation;
    for (const QString& text : m_choice.stop)
        settings.stop.push_back(text.toStdString());
    return settings;
}

// The template's markers, or the user's. Only an opening mark of the user's own that ends the prompt starts
// the reply inside a thought.
ThinkMarkers ReplyGenerator::markersFor(const ReplyRequest& request, const Prompt& prompt) const {
    std::optional<ThinkMarkers> own = markersFromLine(request.marks, prompt.markers);
    if (!own) return prompt.markers;
    own->startsInside = own->reasons && endsInsideThought(QString::fromStdString(prompt.text), *own);
    return *own;
}

QString ReplyGenerator::pieceOf(const ReplyToken& token, const ThinkMarkers& markers) const {
    if (token.text.empty() && m_model.tokenizer().isControl(token.id)) {
        const QString text = QString::fromStdString(m_model.tokenizer().piece(token.id));
        if (text == markers.open || text == markers.close) return text;
    }
    return QString::fromStdString(token.text);
}

void ReplyGenerator::putAway() {
    if (m_shelf && m_chatId != 0 && m_unsaved) m_shelf->keep(m_chatId, *m_session);
    m_unsaved = false;
}

void ReplyGenerator::forget(int chatId) {
    if (chatId == m_chatId) m_chatId = 0;
    if (m_shelf) m_shelf->forget(chatId);
}

Result<void> ReplyGenerator::open(int chatId, std::span<const TokenId> prompt) {
    if (chatId != m_chatId) {
        putAway();
        m_chatId = chatId;
        if (m_shelf && chatId != 0)
            if (const auto restored = m_shelf->restore(chatId, *m_session, prompt); !restored)
                return restored.error();
    }
    m_unsaved = true;
    return {};
}

Result<ReplySummary> ReplyGenerator::run(const ReplyRequest& request, const ReplyCallbacks& callbacks,
                                         std::stop_token stop) {
    const Clock::time_point begin = Clock::now();
    const Result<Prompt> rendered = prompt(request);
    if (!rendered) return rendered.error();
    const std::vector<TokenId> ids = tokenIds(*rendered);
    if (const Result<void> opened = open(request.chatId, ids); !opened) return opened.error();

    const ThinkMarkers markers = markersFor(request, *rendered);
    std::optional<Clock::time_point> first;
    const OnToken onToken = [&](const ReplyToken& token) {
        if (!first) {
            first = Clock::now();
            if (callbacks.started) callbacks.started(markers);
        }
        return !callbacks.arrived || callbacks.arrived(pieceOf(token, markers));
    };
    const Progress onPrefill = [&](std::uint64_t done, std::uint64_t all) {
        if (callbacks.prefill) callbacks.prefill(static_cast<int>(done), static_cast<int>(all));
    };
    const Result<GenerateResult> result =
        m_session->generate(ids, settingsFor(request), onToken, std::move(stop), onPrefill);
    if (!result && result.error().code != ErrorCode::Cancelled) return result.error();

    ReplySummary summary;
    summary.finish = result ? finishOf(result->reason) : ReplySummary::Finish::Stopped;
    summary.promptTokens = static_cast<int>(ids.size());
    summary.contextUsed = static_cast<int>(m_session->usedTokens());
    if (first) summary.secondsToFirstToken = std::chrono::duration<double>(*first - begin).count();
    if (result) {
        summary.reusedTokens = static_cast<int>(result->reusedTokens);
        summary.replyTokens = static_cast<int>(result->replyTokens);
        summary.proposedTokens = static_cast<int>(result->proposedTokens);
        summary.acceptedTokens = static_cast<int>(result->acceptedTokens);
        summary.tokensPerSecond = result->decodeTokensPerSecond();
    }
    return summary;
}

} // namespace ponder
