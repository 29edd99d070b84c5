#include "app/desktop/composer_keys.h"

#include <QGuiApplication>
#include <QInputMethod>
#include <QInputMethodEvent>
#include <QKeyEvent>

#include <algorithm>

namespace ponder {
namespace {

// Nobody types two deliberate keys within these; an input method's own events follow within a few.
constexpr qint64 kSameKeyMs = 60;
constexpr qint64 kLateCommitMs = 200;

} // namespace

void ComposerKeys::setTarget(QQuickItem* target) {
    if (target == m_target) return;
    if (m_target) m_target->removeEventFilter(this);
    m_target = target;
    if (m_target) m_target->installEventFilter(this);
    emit targetChanged();
}

bool ComposerKeys::isHangul(const QString& text) {
    const auto hangul = [](QChar letter) { return letter.script() == QChar::Script_Hangul; };
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), hangul);
}

bool ComposerKeys::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_target) {
        if (event->type() == QEvent::InputMethod)
            return inputMethodEvent(static_cast<QInputMethodEvent*>(event));
        if (event->type() == QEvent::KeyPress) {
            auto* key = static_cast<QKeyEvent*>(event);
            if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) return enterPressed(key);
        }
    }
    return QObject::eventFilter(watched, event);
}

bool ComposerKeys::inputMethodEvent(QInputMethodEvent* event) {
    const bool late = !m_lateCommit.isEmpty() && m_sinceSend.elapsed() < kLateCommitMs &&
                      event->commitString() == m_lateCommit && event->preeditString().isEmpty();
    if (late) {
        m_lateCommit.clear();
        return true; // it is in the message already
    }
    if (!event->preeditString().isEmpty()) m_lateCommit.clear();
    if (!m_preedit.isEmpty() && event->preeditString().isEmpty() && !isHangul(m_preedit))
        m_sinceCompositionEnd.start();
    m_preedit = event->preeditString();
    return false;
}

bool ComposerKeys::enterPressed(QKeyEvent* event) {
    if (!m_preedit.isEmpty() && !isHangul(m_preedit)) return true;
    if (m_sinceCompositionEnd.isValid() && m_sinceCompositionEnd.elapsed() < kSameKeyMs) return true;
    if (event->modifiers() & (Qt::ShiftModifier | Qt::AltModifier)) return false;
    if (event->isAutoRepeat()) return true;
    commitPreedit();
    emit sendRequested();
    return true;
}

void ComposerKeys::commitPreedit() {
    if (m_preedit.isEmpty() || !m_target) return;
    const QString syllable = m_preedit;
    QGuiApplication::inputMethod()->commit();
    // Not every input method answers at once; the syllable must be in the text before it is sent.
    if (!m_preedit.isEmpty()) {
        QInputMethodEvent commit;
        commit.setCommitString(syllable);
        QCoreApplication::sendEvent(m_target, &commit);
        QGuiApplication::inputMethod()->reset();
    }
    m_lateCommit = syllable;
    m_sinceSend.start();
}

} // namespace ponder
