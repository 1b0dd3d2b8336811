namespace Drydock.Engine.Running;

/// <summary>When each step is observed again. Kept in memory only: a new process observes at once.</summary>
internal sealed class ObservationSchedule(Backoff afterFailure, Backoff relook)
{
    // From here on the step waits for a repair; the first observations are closer together.
    private const int LooksOfAStall = StepTransitions.UnknownLooks;

    private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _looks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _notTaken = new(StringComparer.Ordinal);
    private readonly HashSet<string> _idle = new(StringComparer.Ordinal);

    /// <summary>The step was observed not to have started and is not observed again before it may start.</summary>
    public bool IsIdle(string id) => _idle.Contains(id);

    public bool IsDue(string id, DateTimeOffset now) => _notBefore.GetValueOrDefault(id) <= now;

    /// <summary>When it is observed next; null leaves it to events.</summary>
    public DateTimeOffset? Next(string id) => _notBefore.TryGetValue(id, out var time) ? time : null;

    public int Looks(string id) => _looks.GetValueOrDefault(id);

    public void Begun(string id)
    {
        _notBefore.Remove(id);
        _idle.Remove(id);
    }

    public void AtOnce(string id)
    {
        _notBefore.Remove(id);
        _looks.Remove(id);
        _notTaken.Remove(id);
    }

    public void Unreadable(string id, DateTimeOffset now) => Again(id, Looks(id) + 1, now);

    public void Stalled(string id, DateTimeOffset now) => Again(id, Math.Max(Looks(id) + 1, LooksOfAStall), now);

    public void Failed(string id, int tries, DateTimeOffset now)
    {
        _looks.Remove(id);
        _notBefore[id] = now + afterFailure.Delay(tries);
    }

    public void NotTaken(string id, DateTimeOffset now)
    {
        _looks.Remove(id);
        _notTaken[id] = _notTaken.GetValueOrDefault(id) + 1;
        _notBefore[id] = now + afterFailure.Delay(_notTaken[id]);
    }

    public void Idle(string id)
    {
        _looks.Remove(id);
        _idle.Add(id);
    }

    public void Fine(string id)
    {
        _looks.Remove(id);
        _notTaken.Remove(id);
    }

    private void Again(string id, int looks, DateTimeOffset now)
    {
        _looks[id] = looks;
        _notBefore[id] = now + relook.Delay(looks);
    }
}
