namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What the steps of toys act on. It outlives every process.</summary>
internal sealed class ToyRunTruth
{
    /// <summary>What the toys are found to be.</summary>
    public string Target { get; set; } = ToyRunDiscovery.Target;

    /// <summary>What was done, in order: ids of steps.</summary>
    public List<string> Acts { get; } = [];

    /// <summary>What is done now and was not undone.</summary>
    public HashSet<string> Done { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps that are refused.</summary>
    public HashSet<string> Refusing { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps whose act does not end.</summary>
    public HashSet<string> Hanging { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps whose act has begun, also those that hang.</summary>
    public HashSet<string> Begun { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the others are ready for which the run waits before its end.</summary>
    public bool OthersReady { get; set; } = true;

    /// <summary>The door through which the others are seen to be ready whatever they are; null if there is
    /// none.</summary>
    public string? OpenDoor { get; set; }

    /// <summary>Whether what was swapped can be swapped back.</summary>
    public bool CanRollBack { get; set; } = true;

    /// <summary>Why a rollback cannot be compiled; null if it can.</summary>
    public string? Unreadable { get; set; }

    /// <summary>What the toys show to be done before a rollback is compiled; null for what the plan has.</summary>
    public Func<PlanProgress, CancellationToken, Task<PlanProgress>>? Traces { get; set; }

    /// <summary>How often that was read.</summary>
    public int Looks { get; set; }

    /// <summary>What no other object may have claimed when a stored plan begins.</summary>
    public List<string> MustBeFree { get; } = [];

    /// <summary>What preflight finds.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>What keeps a new process from going on.</summary>
    public Blocker? Blocker { get; set; }

    /// <summary>How often targets were bound, and disposed of.</summary>
    public int Bound { get; set; }

    /// <summary>How many of them were disposed of.</summary>
    public int Disposed { get; set; }

    /// <summary>What steps that did not come to their end have left, by their ids.</summary>
    public HashSet<string> Litter { get; } = new(StringComparer.Ordinal);

    /// <summary>How long a run that waits may leave litter; null for as long as it waits.</summary>
    public TimeSpan? IdleLimit { get; set; }

    /// <summary>Whether litter can be taken away.</summary>
    public bool CanCleanUp { get; set; } = true;

    /// <summary>The marks of words beside the toys, and whose they are.</summary>
    public Dictionary<string, string> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>Why no mark can be made; null if one can.</summary>
    public string? Unmarkable { get; set; }

    /// <summary>The question to the toys that is never answered; null if all are.</summary>
    public string? Silent { get; set; }

    /// <summary>How many such questions wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    private int _waiting;

    public async Task MayHangAsync(string question, CancellationToken cancellationToken)
    {
        if (Silent == question)
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    /// <summary>How often it was tried.</summary>
    public int CleanUpTries { get; set; }
}
