// The checks that every real model has to pass on every device: last logits, greedy replies, likelihood of a
// text.
#pragma once

#include "tests/support/real_models.h"

namespace ponder::test {

// A model loaded on a device with the reference data of it.
class RealModelCheck {
public:
    RealModelCheck(const RealModel& real, const std::string& device, Precision precision = Precision::Float)
        : m_reference(referenceJson(real.reference)), m_model(load(real, device, precision)) {}

    const Model* model() const { return m_model.get(); }

    void lastLogitsAgree() {
        for (const QJsonValue& one : m_reference["cases"].toArray()) {
            const auto prompt = idsOf(one["prompt_ids"]);
            auto session = (*m_model).createSession();
            const auto logits = (*session)->logits(prompt, prompt.size() - 1, {});
            QVERIFY(logits);
            std::vector<float> got, wanted;
            for (const QJsonValue& pair : one["last_logits_top32"].toArray()) {
                got.push_back((*logits)[static_cast<std::size_t>(pair.toArray()[0].toInt())]);
                wanted.push_back(static_cast<float>(pair.toArray()[1].toDouble()));
            }
            const double error = nmse(got, wanted);
            qInfo("last logits: NMSE %.2e", error);
            QVERIFY2(error <= 1e-6, qPrintable(QString::number(error)));
            const auto best = std::max_element(logits->begin(), logits->end()) - logits->begin();
            QCOMPARE(static_cast<int>(best), one["last_logits_top32"].toArray()[0].toArray()[0].toInt());
        }
    }

    // The first `count` tokens are equal; a difference is allowed only where the two best logits nearly tie.
    void greedyRepliesAgree(std::size_t count) {
        for (const QJsonValue& one : m_reference["cases"].toArray()) {
            const auto prompt = idsOf(one["prompt_ids"]);
            const auto wanted = idsOf(one["greedy_ids"]);
            auto session = (*m_model).createSession();
            std::vector<TokenId> got;
            GenerateSettings settings;
            settings.sampling.temperature = 0;
            settings.ignoreEndOfText = true; // the reference went on
            settings.maxTokens = static_cast<std::uint32_t>(std::min(count, wanted.size()));
            QVERIFY((*session)->generate(prompt, settings,
                                         [&](const ReplyToken& token) {
                                             got.push_back(token.id);
                                             return true;
                                         },
                                         {}));
            for (std::size_t i = 0; i < std::min(count, wanted.size()); ++i)
                if (i >= got.size() || got[i] != wanted[i]) {
                    QVERIFY2(nearTie(prompt, wanted, i), qPrintable(QStringLiteral("token %1").arg(i)));
                    break;
                }
        }
    }

    // The bars: 0.003 nat and a thousandth of perplexity for floats, 0.03 nat for integers.
    void textLikelihoodAgrees(double meanDifference = 0.003, double perplexityShare = 0.001) {
        const QJsonObject text = m_reference["text"].toObject();
        const auto ids = idsOf(text["ids"]);
        auto session = (*m_model).createSession();
        const auto logits = (*session)->logits(ids, 0, {});
        QVERIFY(logits);
        const QJsonArray wanted = text["nll"].toArray();
        double difference = 0, sum = 0;
        for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
            const double nll = negativeLogLikelihood(*logits, i, ids[i + 1]);
            difference += std::abs(nll - wanted[static_cast<qsizetype>(i)].toDouble());
            sum += nll;
        }
        const double count = static_cast<double>(ids.size() - 1);
        const double perplexity = std::exp(sum / count);
        qInfo("text: mean difference %.2e nat, perplexity %.4f", difference / count, perplexity);
        QVERIFY2(difference / count <= meanDifference, qPrintable(QString::number(difference / count)));
        QVERIFY(std::abs(perplexity / text["perplexity"].toDouble() - 1) <= perplexityShare);
    }

private:
    static std::unique_ptr<Model> load(const RealModel& real, const std::string& device,
                                       Precision precision) {
        LoadOptions options;
        options.path = modelFile(real.file);
        options.device = device;
        options.contextTokens = 1024;
        options.precision = precision;
        auto model = Model::load(options, {}, {});
        if (!model) qWarning("%s", model.error().message().c_str());
        return model ? std::move(*model) : nullptr;
    }

    bool nearTie(std::vector<TokenId> prompt, const std::vector<TokenId>& reply, std::size_t at) {
        prompt.insert(prompt.end(), reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(at));
        auto session = (*m_model).createSession();
        auto logits = (*session)->logits(prompt, prompt.size() - 1, {});
        if (!logits) return false;
        std::partial_sort(logits->begin(), logits->begin() + 2, logits->end(), std::greater<float>());
        return (*logits)[0] - (*logits)[1] <= 1e-3f;
    }

    double negativeLogLikelihood(const std::vector<float>& logits, std::size_t row, TokenId next) const {
        const std::size_t vocabulary = m_model->config().vocabulary;
        const auto values = std::span(logits).subspan(row * vocabulary, vocabulary);
        const double largest = *std::max_element(values.begin(), values.end());
        double sum = 0;
        for (const float value : values)
            sum += std::exp(value - largest);
        return std::log(sum) + largest - values[next];
    }

    QJsonObject m_reference;
    std::unique_ptr<Model> m_model;
};

} // namespace ponder::test
