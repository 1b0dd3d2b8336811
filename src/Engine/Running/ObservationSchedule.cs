namespace Drydock.Engine.Running;

/// <summary>When each step is looked at again. Kept in memory only: a new process looks at once.</summary>
internal sealed class ObservationSchedule(Backoff afterFailure, Backoff relook)
{
    // From here on a repaired world is waited for; the first looks are closer together.
    private const int LooksOfAStall = StepTransitions.UnknownLooks;

    private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _looks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _notTaken = new(StringComparer.Ordinal);
    private readonly HashSet<string> _idle = new(StringComparer.Ordinal);

    /// <summary>The step was seen not to have begun and is not looked at before it may begin.</summary>
    public bool IsIdle(string id) => _idle.Contains(id);

    /// <summary>Whether it may be looked at now.</summary>
    public bool IsDue(string id, DateTimeOffset now) => _notBefore.GetValueOrDefault(id) <= now;

    /// <summary>When it is looked at next; null leaves it to events.</summary>
    public DateTimeOffset? Next(string id) => _notBefore.TryGetValue(id, out var time) ? time : null;

    /// <summary>Looks in a row that could not be read, failed or were refused.</summary>
    public int Looks(string id) => _looks.GetValueOrDefault(id);

    /// <summary>A look begins.</summary>
    public void Begun(string id)
    {
        _notBefore.Remove(id);
        _idle.Remove(id);
    }

    /// <summary>Looks at once.</summary>
    public void AtOnce(string id)
    {
        _notBefore.Remove(id);
        _looks.Remove(id);
        _notTaken.Remove(id);
    }

    /// <summary>One more unreadable look.</summary>
    public void Unreadable(string id, DateTimeOffset now) => Again(id, Looks(id) + 1, now);

    /// <summary>One more look at a step that waits for a repair.</summary>
    public void Stalled(string id, DateTimeOffset now) => Again(id, Math.Max(Looks(id) + 1, LooksOfAStall), now);

    /// <summary>An attempt failed and another will follow.</summary>
    public void Failed(string id, int tries, DateTimeOffset now)
    {
        _looks.Remove(id);
        _notBefore[id] = now + afterFailure.Delay(tries);
    }

    /// <summary>Its request was not taken and will be made again.</summary>
    public void NotTaken(string id, DateTimeOffset now)
    {
        _looks.Remove(id);
        _notTaken[id] = _notTaken.GetValueOrDefault(id) + 1;
        _notBefore[id] = now + afterFailure.Delay(_notTaken[id]);
    }

    /// <summary>It has not begun.</summary>
    public void Idle(string id)
    {
        _looks.Remove(id);
        _idle.Add(id);
    }

    /// <summary>It was read and goes on.</summary>
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
