<?php
namespace App\Jobs;

use App\Store;
use App\Util\{Check, Log};
require_once 'boot.php';

const LIMIT = 10;

/**
 * A piece of work.
 */
#[Entity]
final class Job extends Base implements Runnable, \Countable
{
    public const NEW = 1;
    private int $id = 0;

    /** Makes one. */
    public function __construct(int $id)
    {
        $this->id = Check::positive($id);
    }

    #[Override]
    public function run(Store $store): ?Job
    {
        return $store->load(new Job(array_sum([1, $this->id])));
    }
}

interface Runnable { public function run(Store $store); }
trait Logged { protected function log() {} }
enum State: string { case New = 'n'; }

/* Helps. */
function make_job(int $id): Job
{
    return new Job($id);
}
?>
<p><?= make_job(1) ?></p>
