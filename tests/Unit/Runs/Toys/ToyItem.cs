namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>What one step acts on: how it behaves, and what was done to it.</summary>
internal sealed class ToyItem
{
    // Continuations are queued by the scheduler of whoever waits; nothing may hop to another thread.
    private TaskCompletionSource _changed = new();

    /// <summary>How long an execution takes.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>An execution does not end before this is taken back.</summary>
    public bool Hangs { get; set; }

    /// <summary>The next acts throw and leave no trace.</summary>
    public int RefusedActs { get; set; }

    /// <summary>The next preparations throw.</summary>
    public int RefusedPreparations { get; set; }

    /// <summary>Refusals say that another attempt cannot help.</summary>
    public bool RefusalIsFinal { get; set; }

    /// <summary>An administrator may accept refusals.</summary>
    public bool RefusalMayBeAccepted { get; set; }

    /// <summary>The next looks say that it failed and cannot recover.</summary>
    public int FinalLooks { get; set; }

    /// <summary>Refusals say that the request was not taken.</summary>
    public bool NotTaken { get; set; }

    /// <summary>The next executions end badly.</summary>
    public int BadEnds { get; set; }

    /// <summary>Executions that end badly provably changed nothing.</summary>
    public bool ChangesNothing { get; set; }

    /// <summary>The next looks say or throw that nothing can be read.</summary>
    public int UnreadableLooks { get; set; }

    /// <summary>So many looks after a refused act tell nothing.</summary>
    public int BlindAfterRefusal { get; set; }

    /// <summary>Unreadable looks throw instead of saying so.</summary>
    public bool ThrowsWhenUnreadable { get; set; }

    /// <summary>Looks hang until they are cancelled.</summary>
    public bool LooksHang { get; set; }

    /// <summary>Looks show that nobody can ever tell.</summary>
    public bool IsOutcomeUnknown { get; set; }

    /// <summary>Its receipt records what is restored later.</summary>
    public bool RecordsFormer { get; set; }

    /// <summary>Preparations hang until they are cancelled.</summary>
    public bool PreparationsHang { get; set; }

    /// <summary>Acts hang until they are cancelled.</summary>
    public bool ActsHang { get; set; }

    /// <summary>The next acts are taken and come to nothing.</summary>
    public int SwallowedActs { get; set; }

    /// <summary>The next waits throw.</summary>
    public int BrokenWaits { get; set; }

    /// <summary>Waits return at once.</summary>
    public bool NoWait { get; set; }

    /// <summary>Nobody is ever told of a change.</summary>
    public bool LosesEvents { get; set; }

    /// <summary>What is recorded of it besides: in the receipt, when it is done, and when it is refused.</summary>
    public Dictionary<string, string> Receipt { get; init; } = new(StringComparer.Ordinal);

    public Dictionary<string, string>? Facts { get; set; }

    public Dictionary<string, string>? RefusalFacts { get; set; }

    /// <summary>What it says while it runs.</summary>
    public Func<string?> Progress { get; set; } = static () => "under way";

    /// <summary>When a check says that it ends.</summary>
    public DateTimeOffset? EndsAt { get; set; }

    /// <summary>What a check waits for.</summary>
    public bool IsGood { get; set; }

    public int Looks { get; set; }

    /// <summary>Looks that the process remembered at the last one, itself included.</summary>
    public int RememberedLooks { get; set; }

    public int Waits { get; set; }

    public int Prepared { get; set; }

    /// <summary>Calls of the action, refused or not.</summary>
    public int Acts { get; set; }

    /// <summary>How often it was really done.</summary>
    public int Executions { get; set; }

    /// <summary>Whether an execution ever ended well.</summary>
    public bool WasDone { get; private set; }

    /// <summary>Executions by attempt: null while one runs, then whether it ended well.</summary>
    public Dictionary<int, bool?> Runs { get; } = [];

    public HashSet<string> StartedExecs { get; } = [];

    public Task Changed => _changed.Task;

    /// <summary>Tells whoever waits.</summary>
    public void Change()
    {
        if (LosesEvents)
        {
            return;
        }

        var told = _changed;
        _changed = new TaskCompletionSource();
        told.SetResult();
    }

    /// <summary>Ends an execution.</summary>
    public void End(int attempt, bool well)
    {
        Runs[attempt] = well;
        WasDone |= well;
        Change();
    }

    /// <summary>Ends the executions that hang.</summary>
    public void Finish(bool well = true)
    {
        Hangs = false;
        foreach (var attempt in Runs.Where(r => r.Value is null).Select(r => r.Key).ToList())
        {
            End(attempt, well);
        }

        Change();
    }
}
