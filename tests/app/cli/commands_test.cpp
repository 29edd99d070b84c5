// The subcommands of ponder-cli on the tiny reasoning model and on bad files: results, JSON keys, exit codes.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QtEndian>

#include <cmath>
#include <csignal>

using namespace ponder::test;

namespace {

const QByteArray kPrompt = "<｜begin▁of▁sentence｜><｜User｜>What is 12+34?<｜Assistant｜><think>\n";

QStringList onReference(QStringList words) {
    return words << "--device"
                 << "reference";
}

QList<float> readFloats(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray bytes = file.readAll();
    QList<float> values(bytes.size() / 4);
    qFromLittleEndian<float>(bytes.constData(), values.size(), values.data());
    return values;
}

} // namespace

class CommandsTest : public QObject {
    Q_OBJECT
private slots:
    void theProcessorSaysHowManyCoresItWouldUse() {
        int processors = 0;
        for (const QJsonValue& device : runCli({"devices", "--json"}).json()["devices"].toArray())
            if (device["kind"] == "processor") {
                ++processors;
                QVERIFY(device["cores"].toInt() >= 1);
                QVERIFY(device["driver"].toString().contains(
                    QStringLiteral("%1 cores").arg(device["cores"].toInt())));
            }
        QCOMPARE(processors, 1);
    }
    void devicesListTheReference() {
        const CliRun run = runCli({"devices", "--json"});
        QCOMPARE(run.exitCode, 0);
        QStringList ids;
        for (const QJsonValue& device : run.json()["devices"].toArray())
            ids << device["id"].toString();
        QVERIFY2(ids.contains("reference"), qPrintable(run.out));
        QVERIFY(runCli({"devices"}).out.contains("reference"));
    }

    void infoNamesTheModelAndItsShape() {
        const QJsonObject json = runCli({"info", tinyReasoner(), "--json"}).json();
        QCOMPARE(json["architecture"].toString(), "qwen2");
        QCOMPARE(json["layers"].toInt(), 4);
        QCOMPARE(json["vocabulary"].toInt(), 768);
        QVERIFY(json["chat_template"].toBool());
        QVERIFY(runCli({"info", tinyReasoner()}).out.contains("qwen2"));
    }

    void infoSaysWhatTheTemplateLetsOneChoose() {
        const QJsonObject json = runCli({"info", tinyReasoner(), "--json"}).json();
        QVERIFY(json["thinks"].toBool());
        QCOMPARE(json["thinking_switch"].toString(), QString());
        QCOMPARE(json["efforts"].toArray(), QJsonArray());
        QVERIFY(!json["keeps_earlier_thoughts"].toBool());
    }

    void aFileThatIsNoModelEndsWithThree() {
        QTemporaryFile file;
        QVERIFY(file.open());
        file.write("GGUF but no more");
        file.close();
        for (const char* command : {"info", "bench"}) {
            const CliRun run = runCli({command, file.fileName()});
            QCOMPARE(run.exitCode, 3);
            QVERIFY2(run.err.contains(QFileInfo(file).fileName()), qPrintable(run.err));
        }
        QCOMPARE(runCli({"info", "/nowhere/model.gguf"}).exitCode, 3);
    }

    void anUnknownDeviceEndsWithFive() {
        const CliRun run = runCli({"bench", tinyReasoner(), "--device", "abacus"});
        QCOMPARE(run.exitCode, 5);
        QVERIFY2(run.err.contains("abacus") && run.err.contains("reference"), qPrintable(run.err));
    }

    void aPromptLongerThanTheContextEndsWithFour() {
        const CliRun run =
            runCli(onReference({"complete", tinyReasoner(), "--ids", "1,2,3,4,5,6,7,8,9", "--context", "8"}));
        QCOMPARE(run.exitCode, 4);
        QVERIFY2(run.err.contains("9") && run.err.contains("8"), qPrintable(run.err));
    }

    void aContextBeyondTheTrainedOneWarns() {
        const CliRun run =
            runCli(onReference({"complete", tinyReasoner(), "--ids", "1", "-n", "1", "--context", "2048"}));
        QCOMPARE(run.exitCode, 0);
        QVERIFY2(run.err.contains("2048") && run.err.contains("1024"), qPrintable(run.err));
    }

    void specialTokensAreParsedOnlyWhenAsked() {
        const QStringList words{"tokenize", tinyReasoner(), "--text-file", "-", "--json"};
        const QJsonArray plain = runCli(words, kPrompt).json()["ids"].toArray();
        const QJsonArray special = runCli(words + QStringList{"--special"}, kPrompt).json()["ids"].toArray();
        QCOMPARE(special, (QJsonArray{762, 764, 570, 369, 220, 16, 17, 10, 18, 19, 30, 765, 766, 198}));
        QVERIFY(plain.size() > special.size());
    }

    void renderOpensTheThoughtOfTheReply() {
        const QByteArray messages = R"([{"role": "user", "content": "What is 12+34?"}])";
        const QStringList words{"render", tinyReasoner(), "--messages-file", "-"};
        QCOMPARE(runCli(words, messages).out, QString::fromUtf8(kPrompt));
        QCOMPARE(runCli(words + QStringList{"--json"}, messages).json()["text"].toString(),
                 QString::fromUtf8(kPrompt));
        const CliRun closed = runCli(words + QStringList{"--no-generation-prompt"}, messages);
        QVERIFY2(!closed.out.contains("<think>"), qPrintable(closed.out));
    }

    void renderTakesATemplateWithoutAModel() {
        QTemporaryFile file;
        QVERIFY(file.open());
        file.write("{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}");
        file.close();
        const CliRun run = runCli(
            {"render", "--template-file", file.fileName(), "--messages-file", "-", "--bos-token", "<s>"},
            R"({"messages": [{"role": "user", "content": "你好"}]})");
        QCOMPARE(run.exitCode, 0);
        QCOMPARE(run.out, "<s>[user]你好");
    }

    void renderSetsTheSwitchesOfTheTemplate() {
        const QStringList words{
            "render", "--template-file",
            QString::fromStdString((dataDir() / "templates/system_effort.jinja").string()), "--messages-file",
            "-"};
        const QByteArray messages = R"([{"role": "user", "content": "a"},
            {"role": "assistant", "content": "b", "reasoning_content": "why"}, {"role": "user", "content": "c"}])";
        QVERIFY(runCli(words, messages).out.contains("why"));
        const CliRun low = runCli(words + QStringList{"--effort", "low", "--keep-thoughts", "no"}, messages);
        QVERIFY2(low.out.contains("Think briefly."), qPrintable(low.out + low.err));
        QVERIFY(!low.out.contains("why"));
        QVERIFY(runCli(words + QStringList{"--no-thinking"}, messages).out.endsWith("</think>\n\n"));

        const CliRun high = runCli(words + QStringList{"--effort", "high"}, messages);
        QCOMPARE(high.exitCode, 2);
        QVERIFY2(high.err.contains("low, medium, xhigh"), qPrintable(high.err));
    }

    void aSwitchThatTheTemplateLacksIsAUsageError() {
        const QByteArray messages = R"([{"role": "user", "content": "x"}])";
        for (const QStringList& option :
             {QStringList{"--effort", "low"}, QStringList{"--keep-thoughts", "yes"}}) {
            QCOMPARE(runCli(QStringList{"render", tinyReasoner(), "--messages-file", "-"} + option, messages)
                         .exitCode,
                     2);
            QCOMPARE(runCli(onReference({"chat", tinyReasoner(), "--message", "x"}) + option).exitCode, 2);
        }
    }

    void messagesThatAreNoListAreAUsageError() {
        const CliRun run = runCli({"render", tinyReasoner(), "--messages-file", "-"}, "{\"role\": 1");
        QCOMPARE(run.exitCode, 2);
        QVERIFY(run.err.contains("JSON"));
    }

    void aTemplateThatRefusesEndsWithThree() {
        QTemporaryFile file;
        QVERIFY(file.open());
        file.write("{{ raise_exception('no system here') }}");
        file.close();
        const CliRun run = runCli({"render", "--template-file", file.fileName(), "--messages-file", "-"},
                                  R"([{"role": "user", "content": "x"}])");
        QCOMPARE(run.exitCode, 3);
        QVERIFY2(run.err.contains("no system here"), qPrintable(run.err));
    }

    void logitsAreOneRowOfFloatsAToken() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("logits.f32");
        const CliRun run =
            runCli(onReference({"logits", tinyReasoner(), "--ids", "762,764,570", "--out", path, "--json"}));
        QCOMPARE(run.exitCode, 0);
        QCOMPARE(run.json()["tokens"].toInt(), 3);
        const QList<float> values = readFloats(path);
        QCOMPARE(values.size(), 3 * 768);
        QVERIFY(std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }));
    }

    void logitsToAFolderThatIsNotThereLeaveNothingBehind() {
        const CliRun run = runCli({"logits", tinyReasoner(), "--ids", "1", "--out", "/nowhere/logits.f32"});
        QCOMPARE(run.exitCode, 2);
        QVERIFY(run.err.contains("/nowhere/logits.f32"));
    }

    void perplexityIsTheExponentOfTheMean() {
        const CliRun run =
            runCli(onReference({"perplexity", tinyReasoner(), "--text-file", "-", "--per-token", "--json"}),
                   "Add 12 and 34 digit by digit.");
        QCOMPARE(run.exitCode, 0);
        const QJsonObject json = run.json();
        const QJsonArray each = json["nll"].toArray();
        QCOMPARE(each.size(), json["tokens"].toInt() - 1);
        double sum = 0;
        for (const QJsonValue& value : each)
            sum += value.toDouble();
        QVERIFY(std::abs(sum / static_cast<double>(each.size()) - json["mean_nll"].toDouble()) < 1e-9);
        QVERIFY(std::abs(std::exp(json["mean_nll"].toDouble()) / json["perplexity"].toDouble() - 1) < 1e-9);
    }

    void theFirstTokensOfATextCanBeScoredAlone() {
        const CliRun run =
            runCli(onReference({"perplexity", tinyReasoner(), "--text-file", "-", "--tokens", "4", "--json"}),
                   "Add 12 and 34 digit by digit.");
        QCOMPARE(run.json()["tokens"].toInt(), 4);
        QCOMPARE(run.json()["scored"].toInt(), 3);
    }

    void aLongTextIsScoredOverItsFirst512TokensAndSaysSo() {
        const QByteArray text = QByteArray("Add 12 and 34 digit by digit. ").repeated(60);
        const QStringList words = onReference({"perplexity", tinyReasoner(), "--text-file", "-", "--json"});
        const CliRun usual = runCli(words, text);
        QCOMPARE(usual.json()["tokens"].toInt(), 512);
        QVERIFY(usual.err.contains(QLatin1String("the first 512")));
        QVERIFY(runCli(words + QStringList{"--tokens", "0"}, text).json()["tokens"].toInt() > 512);
    }

    void completeWritesTheSumTheModelThinksOut() {
        const QStringList words = onReference({"complete", tinyReasoner(), "--prompt-file", "-", "--special",
                                               "--temperature", "0", "-n", "200"});
        const CliRun plain = runCli(words, kPrompt);
        QCOMPARE(plain.exitCode, 0);
        QVERIFY2(plain.out.contains("</think>") && plain.out.contains("\\boxed{46}"), qPrintable(plain.out));
        const QJsonObject json = runCli(words + QStringList{"--json"}, kPrompt).json();
        QCOMPARE(json["text"].toString() + '\n', plain.out);
        QCOMPARE(json["finish"].toString(), "end_of_text");
        QCOMPARE(json["prompt_tokens"].toInt(), 14);
    }

    void theSameSeedGivesTheSameReply() {
        const auto reply = [](const char* seed) {
            return runCli(onReference({"complete", tinyReasoner(), "--ids", "762,764", "--temperature", "1.5",
                                       "--seed", seed, "-n", "24", "--json"}))
                .json()["ids"]
                .toArray();
        };
        QCOMPARE(reply("7"), reply("7"));
        QVERIFY(reply("7") != reply("8"));
    }

    void severalRepliesAreThoseOfTheSeedsThatFollowEachOther() {
        const auto run = [](const QStringList& more) {
            return runCli(onReference({"complete", tinyReasoner(), "--ids", "762,764", "--temperature", "1.5",
                                       "-n", "12"}) +
                          more);
        };
        const QJsonObject json = run({"--seed", "7", "--sequences", "3", "--json"}).json();
        const QJsonArray replies = json["replies"].toArray();
        QCOMPARE(replies.size(), 3);
        QVERIFY(json["decode_tokens_per_second"].toDouble() > 0);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(replies[i].toObject()["ids"],
                     run({"--seed", QString::number(7 + i), "--json"}).json()["ids"]);
        const QByteArray shown = run({"--seed", "7", "--sequences", "2"}).out.toUtf8();
        QVERIFY(shown.contains("Reply 2:") && shown.contains(replies[1]["text"].toString().toUtf8()));
    }

    void guessingAheadLeavesTheReplyAsItIs() {
        const QStringList words = onReference({"complete", tinyReasoner(), "--prompt-file", "-", "--special",
                                               "--temperature", "0", "-n", "100", "--json"});
        const QJsonObject plain = runCli(words, kPrompt).json();
        QCOMPARE(plain["proposed_tokens"].toInt(), 0);
        const QJsonObject lookup = runCli(words + QStringList{"--lookup"}, kPrompt).json();
        const QJsonObject draft = runCli(words + QStringList{"--draft", tinyReasoner()}, kPrompt).json();
        QCOMPARE(lookup["ids"], plain["ids"]);
        QCOMPARE(draft["ids"], plain["ids"]);
        QVERIFY(draft["accepted_tokens"].toInt() > 0);
        const QJsonObject chat =
            runCli(onReference({"chat", tinyReasoner(), "--message", "12+34=?", "--draft", tinyReasoner(),
                                "--temperature", "0", "--json"}))
                .json();
        QVERIFY(chat["accepted_tokens"].toInt() > 0);
    }

    void chatTellsThoughtsFromTheAnswer() {
        const QStringList words =
            onReference({"chat", tinyReasoner(), "--message", "What is 12+34?", "--temperature", "0"});
        const CliRun run = runCli(words + QStringList{"--json"});
        QCOMPARE(run.exitCode, 0);
        const QJsonObject json = run.json();
        QVERIFY2(json["thinking"].toString().startsWith("Add 12 and 34 digit by digit."),
                 qPrintable(run.out));
        QVERIFY2(json["thinking"].toString().endsWith("The sum is 46."), qPrintable(run.out));
        QVERIFY2(json["answer"].toString().startsWith("12 + 34 = **46**"), qPrintable(run.out));
        QCOMPARE(json["prompt_tokens"].toInt(), 14);
        for (const char* key :
             {"thinking_tokens", "answer_tokens", "seconds_to_first_token", "decode_tokens_per_second"})
            QVERIFY2(json[key].toDouble() > 0, key);
        // Without JSON the same, and no escape codes where the output is no terminal.
        QCOMPARE(runCli(words).out, json["thinking"].toString() + "\n\n" + json["answer"].toString() + '\n');
    }

    void aConversationReadsItsQuestionsLineByLine() {
        const QStringList words = onReference({"chat", tinyReasoner(), "--temperature", "0"});
        const CliRun run = runCli(words, "What is 12+34?\n\nWhat is 20+21?\n");
        QCOMPARE(run.exitCode, 0);
        QVERIFY2(run.out.contains("\\boxed{46}") && run.out.contains("\\boxed{41}"), qPrintable(run.out));
    }

    void benchMeasuresBothPhases() {
        const CliRun run =
            runCli(onReference({"bench", tinyReasoner(), "-p", "8", "-n", "4", "-r", "2", "--json"}));
        QCOMPARE(run.exitCode, 0);
        const QJsonObject json = run.json();
        for (const char* key : {"prefill_tokens_per_second", "decode_tokens_per_second", "load_seconds"})
            QVERIFY2(json[key].toDouble() > 0, key);
        // The process holds the weights, and the program besides.
        QVERIFY(json["peak_bytes"].toDouble() > json["weights_bytes"].toDouble());
        QVERIFY(!json.contains("memory_bytes_per_second"));
        QVERIFY(!json.contains("profile"));
    }

    void benchGivesMedianAndSpreadOfEveryLength() {
        const QJsonObject json = runCli(onReference({"bench", tinyReasoner(), "-p", "8,16", "-n", "4", "-d",
                                                     "0,24", "-r", "2", "--ids", "1,2,3", "--json"}))
                                     .json();
        QStringList measured;
        for (const QJsonValue& result : json["results"].toArray()) {
            measured << QStringLiteral("%1 %2 %3")
                            .arg(result["what"].toString())
                            .arg(result["tokens"].toInt())
                            .arg(result["depth"].toInt());
            QVERIFY(result["min"].toDouble() > 0);
            QVERIFY(result["min"].toDouble() <= result["median"].toDouble());
            QVERIFY(result["median"].toDouble() <= result["max"].toDouble());
        }
        QCOMPARE(measured, (QStringList{"prefill 8 0", "first 8 0", "prefill 16 0", "first 16 0",
                                        "decode 4 0", "decode 4 24"}));
        QCOMPARE(json["context"].toInt(), 28); // what the longest needs
    }

    void benchSaysWhichShareOfTheMemorySpeedAReplyReaches() {
        const QJsonObject json = runCli(onReference({"bench", tinyReasoner(), "-p", "2", "-n", "2", "-r", "1",
                                                     "--bandwidth", "--profile", "--json"}))
                                     .json();
        const QJsonValue decode = json["results"].toArray().last();
        const double share = decode["bandwidth_share"].toDouble();
        QVERIFY(share > 0 && share < 10); // the file is so small that a cache may hold it
        QCOMPARE(decode["bytes_per_second"].toDouble(),
                 decode["median"].toDouble() * json["bytes_per_token"].toDouble());
        QCOMPARE(share, decode["bytes_per_second"].toDouble() / json["memory_bytes_per_second"].toDouble());
        QVERIFY(json["profile"]["decode"].isArray());
        QVERIFY(json["profile"]["decode_seconds"].toDouble() > 0);
    }

    void benchMeasuresSequencesThatShareAPrompt() {
        const QJsonObject json = runCli(onReference({"bench", tinyReasoner(), "-p", "2", "-n", "4", "-d", "8",
                                                     "-r", "1", "--sequences", "3", "--json"}))
                                     .json();
        const QJsonArray results = json["results"].toArray();
        QCOMPARE(results.size(), 4);
        QCOMPARE(results[2]["sequences"].toInt(), 1);
        QCOMPARE(results[3]["sequences"].toInt(), 3);
        QCOMPARE(results[3]["depth"].toInt(), 8);
        QVERIFY(results[3]["median"].toDouble() > 0);
        QCOMPARE(json["context"].toInt(), 8 + 3 * 4);
    }

    void benchRefusesLengthsThatAreNone() {
        for (const QStringList& wrong : {QStringList{"-p", "0"}, QStringList{"-p", "8,"},
                                         QStringList{"-d", "x"}, QStringList{"-n", "1"}}) {
            const CliRun run = runCli(onReference({"bench", tinyReasoner()}) + wrong);
            QCOMPARE(run.exitCode, 2);
            QVERIFY2(run.err.contains(wrong.first()), qPrintable(run.err));
        }
    }

    void anInterruptEndsWithOneHundredAndThirty() {
        QProcess process;
        process.start(cliProgram(),
                      onReference({"complete", tinyReasoner(), "--ids", "762,764", "--temperature", "5",
                                   "--top-p", "1", "-n", "1000000", "--context", "1000000"}));
        QVERIFY(process.waitForReadyRead(20000));
        QCOMPARE(::kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
        QVERIFY(process.waitForFinished(20000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
    }
};

PONDER_TEST(CommandsTest)
#include "commands_test.moc"
