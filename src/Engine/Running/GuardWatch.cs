namespace Drydock.Engine.Running;

/// <summary>The last reading of the guards, and when they are read again.</summary>
internal sealed class GuardWatch(Backoff relook)
{
    // Reading a target may itself raise events on it; this prevents a busy loop.
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);

    private DateTimeOffset _notBefore;
    private DateTimeOffset _echoUntil;
    private int _looks;

    // What happened before this process began to watch sent it no event.
    private int _worldChanged = 1;
    private bool _isRead;

    /// <summary>The guards that do not hold; while there is one, nothing is started.</summary>
    public IReadOnlyList<GuardBreach> Breaches { get; private set; } = [];

    public bool IsLookingAgain =>
        Breaches.Count > 0
            && _looks < StepTransitions.UnknownLooks
            && Breaches.All(b => b.State == GuardState.Unreadable);

    public void WorldChanged() => Interlocked.Exchange(ref _worldChanged, 1);

    public void Take(IReadOnlyList<GuardBreach> breaches, DateTimeOffset now)
    {
        (Breaches, _isRead) = (breaches, true);
        _looks = breaches.Count == 0 ? 0 : _looks + 1;
        _notBefore = now + relook.Delay(_looks);
    }

    /// <summary>Drops what is no longer a breach. Until the guards were read, those hold that held for the process
    /// before.</summary>
    public void Keep(List<PlanGuard> guards) => Breaches = _isRead
        ? [.. Breaches.Where(b => guards.Exists(g => g.Id == b.GuardId && !GuardRecords.IsAccepted(g, b.Reading)))]
        : GuardRecords.Breaches(guards);

    /// <summary>What the guard was about was put right here.</summary>
    public void Settle(string id) => Breaches = [.. Breaches.Where(b => b.GuardId != id)];

    /// <summary>Guards that do not hold are read again at once.</summary>
    public void AtOnce() => _notBefore = default;

    public DateTimeOffset? Next(Plan plan)
    {
        var onEvent = Volatile.Read(ref _worldChanged) == 1 && (Breaches.Count > 0 || GuardScope.InForce(plan).Any())
            ? _echoUntil
            : (DateTimeOffset?)null;
        var onTime = Breaches.Count > 0 || plan.Guards.Exists(g => g.Open() is not null)
            ? _notBefore
            : (DateTimeOffset?)null;
        return (onEvent, onTime) switch
        {
            ({ } a, { } b) => a < b ? a : b,
            _ => onEvent ?? onTime,
        };
    }

    public void Begun(DateTimeOffset now)
    {
        Interlocked.Exchange(ref _worldChanged, 0);
        _echoUntil = now + Echo;
    }
}
