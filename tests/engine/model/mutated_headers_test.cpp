// The header of a file of each family with fields changed at random: it loads and can be planned, or says why
// not. PONDER_MUTATIONS: how many headers of each family.
#include "engine/plan/dry_run.h"
#include "tests/support/family_file.h"
#include "tests/support/planned_memory.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <cstring>
#include <random>

using namespace ponder;

namespace {

using Bytes = std::vector<std::byte>;

// A field of a header.
struct Field {
    enum class Kind { Number, Text, Shape, Type } kind;
    std::size_t at;
    std::size_t size; // bytes
};

// Where the fields of a sound header stand. Source: the GGUF file format, version 3.
class HeaderFields {
public:
    explicit HeaderFields(const Bytes& bytes) : m_bytes(bytes) {
        const auto tensors = at<std::uint64_t>(8), keys = at<std::uint64_t>(16);
        m_at = 24;
        for (std::uint64_t i = 0; i < keys; ++i) {
            text();
            value(type());
        }
        for (std::uint64_t i = 0; i < tensors; ++i) {
            text();
            const auto dimensions = at<std::uint32_t>(m_at);
            add(Field::Kind::Number, 4);
            for (std::uint32_t d = 0; d < dimensions; ++d)
                add(Field::Kind::Shape, 8);
            add(Field::Kind::Type, 4);
            add(Field::Kind::Number, 8);
        }
    }
    const std::vector<Field>& fields() const { return m_fields; }

private:
    template<class T>
    T at(std::size_t place) const {
        T value;
        std::memcpy(&value, m_bytes.data() + place, sizeof value);
        return value;
    }
    void add(Field::Kind kind, std::size_t size) {
        m_fields.push_back({kind, m_at, size});
        m_at += size;
    }
    std::uint32_t type() {
        const auto type = at<std::uint32_t>(m_at);
        add(Field::Kind::Type, 4);
        return type;
    }
    void value(std::uint32_t type) {
        if (type == kGgufType<std::string>)
            text();
        else if (type == kGgufArray)
            values();
        else
            add(Field::Kind::Number, type == kGgufType<bool> ? 1 : type < 10 ? 4 : 8);
    }
    void values() {
        const std::uint32_t each = type();
        const auto count = at<std::uint64_t>(m_at);
        add(Field::Kind::Number, 8);
        for (std::uint64_t i = 0; i < count; ++i)
            value(each);
    }
    void text() {
        const auto length = at<std::uint64_t>(m_at);
        m_at += 8;
        add(Field::Kind::Text, length);
    }

    const Bytes& m_bytes;
    std::size_t m_at = 0;
    std::vector<Field> m_fields;
};

class Mutator {
public:
    explicit Mutator(unsigned seed) : m_random(seed) {}

    void change(Bytes& bytes, const Field& field) {
        std::byte* const at = bytes.data() + field.at;
        switch (field.kind) {
        case Field::Kind::Text: // another name: the key or the tensor is missing
            at[below(field.size)] = static_cast<std::byte>(below(256));
            break;
        case Field::Kind::Type: {
            const auto type = static_cast<std::uint32_t>(below(44));
            std::memcpy(at, &type, sizeof type);
            break;
        }
        default: {
            std::uint64_t value = 0;
            std::memcpy(&value, at, field.size);
            value = other(value);
            std::memcpy(at, &value, field.size);
        }
        }
    }
    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(m_random);
    }

private:
    std::uint64_t other(std::uint64_t value) {
        switch (below(8)) {
        case 0:
            return 0;
        case 1:
            return value + 1;
        case 2:
            return value - 1;
        case 3:
            return value * 2;
        case 4:
            return value / 2;
        case 5:
            return std::uint64_t{1} << below(64);
        case 6:
            return ~std::uint64_t{0} >> below(64);
        default:
            return below(200);
        }
    }
    std::mt19937 m_random;
};

DeviceInfo device(DeviceKind kind) {
    DeviceInfo info;
    info.id = info.name = "device";
    info.kind = kind;
    info.memoryBytes = info.freeBytes = info.largestAllocation = std::uint64_t{8} << 30;
    info.cores = 2;
    return info;
}

// What was wrong, or nothing: plans exist or say why not.
void planOn(DeviceKind kind, const ModelConfig& config, const FileWeights& weights) {
    const PlanRequest request{config, weights, 1 << 20, 2048, KvType::F16, LayerRange{}.of(config.layers)};
    const auto run = DryRun::of(device(kind), request);
    if (!run) {
        QVERIFY(!run.error().message().empty());
        return;
    }
    const auto memory = run->memory(request.contextTokens);
    const auto planned = test::plannedMemory(device(kind), request, {request.layers});
    QCOMPARE(test::memoryText(memory), test::memoryText(planned));
    QVERIFY(memory ? memory->weights > 0 : !memory.error().message().empty());
}

} // namespace

class MutatedHeadersTest : public QObject {
    Q_OBJECT
private slots:
    void aChangedHeaderLoadsOrSaysWhyNot_data() {
        QTest::addColumn<int>("family");
        for (std::size_t i = 0; i < families().size(); ++i)
            QTest::addRow("%s", std::string(families()[i]->architecture).c_str()) << static_cast<int>(i);
    }
    void aChangedHeaderLoadsOrSaysWhyNot() {
        QFETCH(int, family);
        const ModelConfig whole = test::smallConfig(*families()[static_cast<std::size_t>(family)]);
        const Bytes sound = test::fileOf(whole);
        const HeaderFields header(sound);
        Mutator mutator(static_cast<unsigned>(family) + 1);
        const int wanted = qEnvironmentVariableIntValue("PONDER_MUTATIONS");
        int loaded = 0, refused = 0;
        for (int i = 0; i < (wanted > 0 ? wanted : 1500); ++i) {
            Bytes bytes = sound;
            for (std::size_t changes = i == 0 ? 0 : 1 + mutator.below(3); changes > 0; --changes)
                mutator.change(bytes, header.fields()[mutator.below(header.fields().size())]);
            const auto file = ModelFile::fromBytes(std::move(bytes), "changed.gguf");
            const auto config = file ? ModelConfig::read(**file) : Result<ModelConfig>(file.error());
            const auto weights = config ? bindWeights(**file, *config) : Result<FileWeights>(config.error());
            if (!weights) {
                QVERIFY2(i > 0, weights.error().message().c_str());
                QVERIFY(!weights.error().message().empty());
                ++refused;
                continue;
            }
            ++loaded;
            for (const DeviceKind kind :
                 {DeviceKind::Processor, DeviceKind::Discrete, DeviceKind::Software}) {
                planOn(kind, *config, *weights);
                if (QTest::currentTestFailed()) return;
            }
        }
        // Both happen, or nothing was tested.
        QVERIFY2(loaded > 0 && refused > 0, qPrintable(QString("%1 %2").arg(loaded).arg(refused)));
    }
};

PONDER_TEST(MutatedHeadersTest)
#include "mutated_headers_test.moc"
