#include "job.h"
#include <vector>

using std::vector;

namespace jobs {
namespace {

constexpr int limit = 10;

// Whether it is over.
bool over(const job& j) { return j.state() == state::done; }

} // namespace

/// A piece of work.
template <typename T>
class job final : public base<T>, detail::counted {
public:
  explicit job(int id) : id_(id) {}
  ~job() override;
  /// Does it.
  void run(int times);
  bool operator==(const job& other) const = default;
  T* inner() { return &inner_; }

  struct options {
    int depth = 0;
  };

private:
  int id_;
  T inner_;
};

enum class state { fresh, done };

using jobs = vector<job<int>>;

template <typename T>
void job<T>::run(int times) {
  auto f = [this](int n) { step(n); };
  std::for_each(begin(), end(), f);
  this->template call<int>(times);
}

template <typename T>
job<T>::~job() {}

/// Makes one.
const job<int>& make(int id);

} // namespace jobs

bool operator<(const jobs::state& a, const jobs::state& b) { return a < b; }

int main() { return jobs::make(1).run(2); }
