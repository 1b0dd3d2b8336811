namespace Drydock.Tests.Unit.Fakes;

/// <content>Moves the world.</content>
internal sealed partial class OmsWorld
{
    private const int MostMoves = 400_000;

    /// <summary>The one upgrade most tests have.</summary>
    public OmsUpgrade Upgrade =>
        Api.Find<OmsUpgrade>(Namespace, Setup.Name) ?? throw new InvalidOperationException("the upgrade is gone");

    public OmsUpgradeStatus Status => Upgrade.Status ?? new OmsUpgradeStatus();

    public PlanProgress Plan => Status.Plan ?? throw new InvalidOperationException("no plan is stored");

    public Step Step(string id) => Plan.Steps.Single(s => s.Id == id);

    /// <summary>Whether a condition of the upgrade is True.</summary>
    public bool Is(string condition) => Status.Conditions.Exists(c => c.Type == condition && c.Status == "True");

    /// <summary>Whether a preflight has stored a plan.</summary>
    public bool HasPlan => Status.Plan is not null;

    /// <summary>What approves the stored plan.</summary>
    public string PlanWord => Word.For(HoldMatcher.Plan, Status.Plan!);

    /// <summary>Whether all steps of a phase are done, in the upgrade or its rollback.</summary>
    public bool IsPast(string phase) => Status.Plans.SelectMany(p => p.Steps).Where(s => s.Phase == phase).ToList()
        is { Count: > 0 } steps && steps.TrueForAll(s => s.State == StepState.Succeeded);

    public string? ReasonOf(string condition) => Status.Conditions.Find(c => c.Type == condition)?.Reason;

    /// <summary>Moves operators and clock until something is so.</summary>
    public void RunUntil(Func<bool> condition, string what, TimeSpan? within = null)
    {
        var until = Time.GetUtcNow() + (within ?? TimeSpan.FromHours(6));
        using var quiet = new NoContext();
        for (var moves = 0; !condition(); moves++)
        {
            if (MoveLives())
            {
                if (moves > MostMoves)
                {
                    throw new InvalidOperationException($"no end; wanted: {what}; {Describe()}");
                }

                continue;
            }

            if (condition())
            {
                return;
            }

            if (Time.NextTimer is not { } next || Time.GetUtcNow() + next > until)
            {
                throw new InvalidOperationException(
                    $"{(Time.NextTimer is null ? "stuck" : "not in time")}; wanted: {what}; {Describe()}");
            }

            Time.Advance(next);
        }
    }

    /// <summary>The status becomes an older copy of itself, as by a restore from a backup, and a new operator finds
    /// it.</summary>
    /// <param name="forget">Objects of this object are gone as well: etcd was restored.</param>
    public void PutBack(OmsUpgradeStatus status, bool forget = false)
    {
        Lives.Remove(Life);
        Life.Die();
        Api.UpdateStatus(Upgrade with { Status = status });
        if (forget)
        {
            Api.All<BackupSnapshot>().ToList().ForEach(
                s => Api.Delete<BackupSnapshot>(s.Metadata.Namespace, s.Metadata.Name));
            Api.All<SnapshotRestore>().ToList().ForEach(
                r => Api.Delete<SnapshotRestore>(r.Metadata.Namespace, r.Metadata.Name));
        }

        Join();
    }

    /// <summary>Lets this much time pass.</summary>
    public void RunFor(TimeSpan span)
    {
        var until = Time.GetUtcNow() + span;
        using var quiet = new NoContext();
        for (var moves = 0; moves < MostMoves; moves++)
        {
            if (MoveLives())
            {
                continue;
            }

            var next = Time.NextTimer;
            if (next is null || Time.GetUtcNow() + next > until)
            {
                Time.Advance(until - Time.GetUtcNow());
                return;
            }

            Time.Advance(next.Value);
        }

        throw new InvalidOperationException($"it never comes to rest; {Describe()}");
    }

    /// <summary>Moves one life until it waits, while the others stand still.</summary>
    public void MoveAlone(OperatorLife life)
    {
        using var quiet = new NoContext();
        for (var moves = 0; life.Move(); moves++)
        {
            if (moves > MostMoves)
            {
                throw new InvalidOperationException($"it never comes to rest; {Describe()}");
            }
        }
    }

    /// <summary>Succeeded, and nothing is held any more.</summary>
    public bool IsOver =>
        Is("Succeeded") && Status.Target?.Claim is null && Upgrade.Metadata.Finalizers is not { Count: > 0 };

    public void RunToSuccess() => RunUntil(() => IsOver, "Succeeded, nothing held");

    /// <summary>The former version is back, and nothing is held any more.</summary>
    public bool IsBack =>
        Is("RolledBack") && Status.Target?.Claim is null && Upgrade.Metadata.Finalizers is not { Count: > 0 };

    public void RunToRolledBack() => RunUntil(() => IsBack, "RolledBack, nothing held");

    /// <summary>A step of the way back.</summary>
    public Step BackStep(string id) => Status.RollbackPlan!.Steps.Single(s => s.Id == id);

    public void RunToStall() => RunUntil(() => Is("Stalled"), "Stalled");

    public string Describe()
    {
        var upgrade = Api.Find<OmsUpgrade>(Namespace, Setup.Name);
        var steps = (upgrade?.Status?.RollbackPlan ?? upgrade?.Status?.Plan)?.Steps
            .Where(s => s.State != StepState.Succeeded).Take(4)
            .Select(s => $"{s.Id} {s.State} {s.Attempt}/{s.Record.Tries} {s.Message}") ?? [];
        return $"life {Life.Id} ({Life.Occupation}), {upgrade?.Status?.Phase}: {upgrade?.Status?.Message} | "
            + $"{string.Join(" | ", steps)} | thrown: {string.Join(" | ", Lives.SelectMany(l => l.Thrown).TakeLast(2))}"
            + $" | last points: {string.Join(", ", Points.TakeLast(4))}";
    }

    private bool MoveLives()
    {
        if (Life.IsDead)
        {
            // Kubernetes starts a killed operator again.
            Lives.Remove(Life);
            Join();
        }

        var moved = false;
        foreach (var life in Lives.ToList())
        {
            moved |= life.Move();
        }

        return moved;
    }

    // The world's own scheduler is the only one that may carry continuations.
    private sealed class NoContext : IDisposable
    {
        private readonly SynchronizationContext? _outside = SynchronizationContext.Current;

        public NoContext() => SynchronizationContext.SetSynchronizationContext(null);

        public void Dispose() => SynchronizationContext.SetSynchronizationContext(_outside);
    }
}
