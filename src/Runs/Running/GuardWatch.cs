namespace Drydock.Runs;

/// <summary>The last reading of the guards, and when they are read again.</summary>
internal sealed class GuardWatch(Backoff relook)
{
    // Reading a target may itself raise events on it; this prevents a busy loop.
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    // While a run waits, a change that sent no event is found within this time.
    private static readonly TimeSpan Rarely = TimeSpan.FromMinutes(10);

    private DateTimeOffset _notBefore;
    private DateTimeOffset _echoUntil;
    private int _looks;

    // What happened before this process began to watch sent it no event.
    private int _worldChanged = 1;
    private bool _isRead;

    // The guards that were in force when they were read last.
    private HashSet<string> _looked = [];

    /// <summary>The guards that do not hold; while there is one, nothing is started.</summary>
    public IReadOnlyList<GuardReading> Breaches { get; private set; } = [];

    /// <summary>Reads the guards in force; returns those that do not hold. One that cannot be read does not
    /// hold.</summary>
    public static async Task<IReadOnlyList<GuardReading>> ReadAsync(
        RunEnvironment environment, PlanProgress plan, Step? aboutToAct, CancellationToken cancellationToken)
    {
        var readings = await Task.WhenAll(GuardRecords.InForce(plan, aboutToAct?.Id).Select(ReadOneAsync));
        return [.. readings.Where(b => b.State != GuardState.Holds)];

        async Task<GuardReading> ReadOneAsync(Guard guard)
        {
            GuardReading reading;
            try
            {
                var check = environment.Catalog.Guard(guard.Planned);
                reading = aboutToAct is null || check.Concerns(aboutToAct)
                    ? await check.CheckAsync(guard, plan, cancellationToken)
                    : GuardReading.Holds;
                reading = GuardRecords.IsAccepted(guard.Record, reading) ? GuardReading.Holds : reading;
            }
            catch (Exception exception) when (
                exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                reading = GuardReading.Unreadable(exception.Message);
            }

            return reading with { GuardId = guard.Id, Message = environment.Redact(reading.Message) };
        }
    }

    public bool IsLookingAgain =>
        Breaches.Count > 0
            && _looks < StepTransitions.UnknownLooks
            && Breaches.All(b => b.State == GuardState.Unreadable);

    public void WorldChanged() => Interlocked.Exchange(ref _worldChanged, 1);

    public void Take(IReadOnlyList<GuardReading> breaches, DateTimeOffset now)
    {
        (Breaches, _isRead) = (breaches, true);
        _looks = breaches.Count == 0 ? 0 : _looks + 1;
        _notBefore = now + relook.Delay(_looks);
    }

    /// <summary>Drops what is no longer a breach. Until the guards were read, those hold that held for the process
    /// before.</summary>
    public void Keep(ImmutableList<Guard> guards) => Breaches = _isRead
        ? [.. Breaches.Where(b => guards.Exists(g => g.Id == b.GuardId && !GuardRecords.IsAccepted(g.Record, b)))]
        : GuardRecords.Breaches(guards);

    /// <summary>What the guard was about was put right here.</summary>
    public void Settle(string id) => Breaches = [.. Breaches.Where(b => b.GuardId != id)];

    /// <summary>Guards that do not hold are read again at once.</summary>
    public void AtOnce() => _notBefore = default;

    /// <param name="isWaiting">Nothing is under way, and nothing is about to begin.</param>
    public DateTimeOffset? Next(PlanProgress plan, bool isWaiting)
    {
        // What happened before a guard came into force raised no event that it was read for.
        var isNew = GuardRecords.InForce(plan).Any(g => !_looked.Contains(g.Id));
        var onEvent = isNew
            || (Volatile.Read(ref _worldChanged) == 1 && (Breaches.Count > 0 || GuardRecords.InForce(plan).Any()))
            ? _echoUntil
            : (DateTimeOffset?)null;
        var onTime = Breaches.Count > 0 || plan.Guards.Exists(g => g.Record.Open is not null)
            ? _notBefore
            : isWaiting && _isRead && GuardRecords.InForce(plan).Any() ? _echoUntil + Rarely : (DateTimeOffset?)null;
        return onEvent < onTime ? onEvent : onTime ?? onEvent;
    }

    public void Begun(PlanProgress plan, DateTimeOffset now)
    {
        Interlocked.Exchange(ref _worldChanged, 0);
        _looked = [.. GuardRecords.InForce(plan).Select(g => g.Id)];
        _echoUntil = now + Echo;
    }
}
