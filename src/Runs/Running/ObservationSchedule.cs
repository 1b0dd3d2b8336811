namespace Drydock.Runs;

/// <summary>When each step is observed again. Kept in memory only: a new process observes at once.</summary>
/// <param name="afterRefusal">For a step that its target does not take yet.</param>
internal sealed class ObservationSchedule(Backoff afterFailure, Backoff afterRefusal, Backoff relook)
{
    // From here on the step waits for a repair; the first observations are closer together.
    private const int LooksOfAStall = StepTransitions.UnknownLooks;

    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>The step was observed not to have started and is not observed again before it may start.</summary>
    public bool IsIdle(string id) => Of(id).IsIdle;

    public bool IsDue(string id, DateTimeOffset now) => !(Of(id).NotBefore > now);

    /// <summary>When it is observed next; null leaves it to events.</summary>
    public DateTimeOffset? Next(string id) => Of(id).NotBefore;

    public int Looks(string id) => Of(id).Looks;

    public void Begun(string id) => _turns[id] = Of(id) with { NotBefore = null, IsIdle = false };

    public void AtOnce(string id) => _turns[id] = Of(id) with { NotBefore = null, Looks = 0, NotTaken = 0 };

    public void Unreadable(string id, DateTimeOffset now) => Again(id, Looks(id) + 1, now);

    public void Stalled(string id, DateTimeOffset now) => Again(id, Math.Max(Looks(id) + 1, LooksOfAStall), now);

    public void Failed(string id, int tries, DateTimeOffset now) =>
        _turns[id] = Of(id) with { NotBefore = now + afterFailure.Delay(tries), Looks = 0 };

    public void NotTaken(string id, DateTimeOffset now)
    {
        var times = Of(id).NotTaken + 1;
        _turns[id] = Of(id) with { NotBefore = now + afterRefusal.Delay(times), Looks = 0, NotTaken = times };
    }

    public void Idle(string id) => _turns[id] = Of(id) with { Looks = 0, IsIdle = true };

    public void Fine(string id) => _turns[id] = Of(id) with { Looks = 0, NotTaken = 0 };

    private Turn Of(string id) => _turns.GetValueOrDefault(id);

    private void Again(string id, int looks, DateTimeOffset now) =>
        _turns[id] = Of(id) with { NotBefore = now + relook.Delay(looks), Looks = looks };

    private readonly record struct Turn(DateTimeOffset? NotBefore, int Looks, int NotTaken, bool IsIdle);
}
