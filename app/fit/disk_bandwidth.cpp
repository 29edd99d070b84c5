#include "app/fit/disk_bandwidth.h"

#include "engine/file/disk_bandwidth.h"

#include <QFileInfo>
#include <QMutex>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>

namespace ponder {
namespace {

constexpr qint64 kLargeEnough = qint64{64} << 20; // bytes: a start-up does not count any more

} // namespace

double diskBandwidth(const QList<ModelRecord>& library) {
    static QMutex mutex;
    static std::optional<double> measured; // 0: it could not be, and is not tried again
    const QMutexLocker lock(&mutex);
    if (measured) return *measured;
    QFileInfo largest;
    for (const ModelRecord& model : library) {
        const QFileInfo file(model.path);
        if (file.exists() && file.size() >= std::max(kLargeEnough, largest.exists() ? largest.size() : 0))
            largest = file;
    }
    if (!largest.exists()) return 0;
    const auto speed = measureDiskBandwidth(largest.filePath().toStdU16String());
    measured = speed ? *speed : 0;
    return *measured;
}

std::function<double()> calledOnce(std::function<double()> time) {
    struct Answer {
        std::once_flag asked;
        double value = 0;
    };
    return [answer = std::make_shared<Answer>(), time = std::move(time)] {
        std::call_once(answer->asked, [&] { answer->value = time(); });
        return answer->value;
    };
}

} // namespace ponder
