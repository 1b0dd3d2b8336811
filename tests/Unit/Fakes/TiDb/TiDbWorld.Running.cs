using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Fakes;

/// <content>Moves the world.</content>
internal sealed partial class TiDbWorld
{
    private const int MostMoves = 400_000;

    public Step Step(string id) => Stored!.Steps.Single(s => s.Id == id);

    /// <summary>The life that froze and was succeeded; null for none.</summary>
    public TiDbLife? Frozen { get; private set; }

    public RunControls Controls { get; set; } = new() { TimeoutOf = static _ => TimeSpan.Zero };

    /// <summary>One pass of preflight by the present life.</summary>
    public PreflightResult<TiDbDiscovery> Preflight()
    {
        using var quiet = new NoContext();
        var pass = Life.Scheduler.Start(() => new TiDbPreflight(Life.Targets).RunAsync(CancellationToken.None));
        Drive(() => pass.IsCompleted, "a pass of preflight");
        return pass.GetAwaiter().GetResult();
    }

    /// <summary>The members that a search finds, begun at a PD with the processes that were seen.</summary>
    public FoundMembers FindMembers(MemberSearch search)
    {
        using var quiet = new NoContext();
        var findings = new Findings(Life.Targets.Redact, ClientFailures.Finding);
        var pass = Life.Scheduler.Start(
            () => new TiDbMembers(Life.Targets, findings).FindAsync(search, CancellationToken.None));
        Drive(() => pass.IsCompleted, "a search for members");
        return pass.GetAwaiter().GetResult();
    }

    /// <summary>Nobody goes on with the plan, and what it left is taken away.</summary>
    public ParkedStateResult CleanUp()
    {
        var status = new DatabaseRollingUpgradeStatus { Plan = Stored! };
        Stored = null;
        Restart();
        using var quiet = new NoContext();
        var pass = Life.Scheduler.Start(
            () => new TiDbUndo(Upgrade.Spec, status.Plan!).CleanUpAsync(Life.Targets, CancellationToken.None));
        Drive(() => pass.IsCompleted, "the clean-up");
        return pass.GetAwaiter().GetResult();
    }

    /// <summary>The run waits, and what it made for a while is taken away and written down.</summary>
    public ParkedStateResult GiveBack()
    {
        using var quiet = new NoContext();
        var status = new DatabaseRollingUpgradeStatus { Plan = Stored! };
        var pass = Life.Scheduler.Start(
            () => new TiDbUndo(Upgrade.Spec, status.Plan!).CleanUpAsync(Life.Targets, CancellationToken.None));
        Drive(() => pass.IsCompleted, "the clean-up");
        var came = pass.GetAwaiter().GetResult();
        Stored = new DatabaseParkedState(SupportedEngines.All)
            .MarkRemoved(Upgrade.Spec, new DatabaseRollingUpgradeStatus { Plan = Stored! }, came.Removed, Now).Plan;
        Life.Wake();
        return came;
    }

    /// <summary>When what the run made for a while would be taken away.</summary>
    public DateTimeOffset? GivesBackAt(bool isStopped)
    {
        var parked = new DatabaseParkedState(SupportedEngines.All);
        var status = new DatabaseRollingUpgradeStatus { Plan = Stored! };
        return parked.MayRemain(Upgrade.Spec, status) ? parked.RemoveAt(Upgrade.Spec, status, isStopped) : null;
    }

    /// <summary>Preflight passes, and the plan is stored.</summary>
    public TiDbWorld Begin()
    {
        var result = Preflight();
        if (result.Discovery is null)
        {
            throw new InvalidOperationException(
                string.Join("; ", result.Findings.Select(f => $"{f.Reason}: {f.Message}")));
        }

        Stored = PlanProgress.Of(
            new TiDbProcedure(Upgrade.Spec, result.Discovery).Compile() with { Number = 1, Id = $"plan{++_plans:D4}" });
        Controls = Controls with { TimeoutOf = step => new TiDbEngine().Steps.TimeLimit(Upgrade.Spec, step) };
        return this;
    }

    public void RunToSuccess() => RunUntil(() => Life.Outcome?.State == RunState.Succeeded, "success");

    public void RunToStall() =>
        RunUntil(
            () => Life.Outcome?.State is RunState.Failed or RunState.TargetChanged or RunState.OutcomeUnknown,
            "a stall");

    public void RunUntil(Func<bool> condition, string what, TimeSpan? within = null)
    {
        using var quiet = new NoContext();
        Drive(condition, what, within);
    }

    /// <summary>The life that froze continues, beside the one that leads, until it has nothing left to do.</summary>
    public void ThawFrozen()
    {
        using var quiet = new NoContext();
        Frozen!.Thaw!();
        for (var moves = 0; moves < MostMoves && Frozen.Move(); moves++)
        {
        }

        Frozen.Die();
    }

    /// <summary>Lets this much time pass.</summary>
    public void RunFor(TimeSpan span)
    {
        var until = Now + span;
        After(span, static () => { });
        RunUntil(() => Now >= until, "time to pass", span + TimeSpan.FromMinutes(1));
    }

    private void Drive(Func<bool> condition, string what, TimeSpan? within = null)
    {
        var until = Now + (within ?? TimeSpan.FromHours(24));
        for (var moves = 0; !condition(); moves++)
        {
            if (moves > MostMoves)
            {
                throw new InvalidOperationException($"no end; wanted: {what}; {Describe()}");
            }

            if (Life.IsDead || Life.Thaw is not null)
            {
                Frozen = Life.IsDead ? Frozen : Life;
                Life = new TiDbLife(this, Life.Id + 1);
            }

            Flow();
            if (Life.Move() || condition())
            {
                continue;
            }

            if (Time.NextTimer is not { } next || Now + next > until)
            {
                throw new InvalidOperationException(
                    $"{(Time.NextTimer is null ? "stuck" : "not in time")}; wanted: {what}; {Describe()}");
            }

            Time.Advance(next);
        }
    }

    public string Describe()
    {
        var open = Stored?.Steps.Where(s => s.State != StepState.Succeeded).Take(3)
            .Select(s => $"{s.Id} {s.State} {s.Attempt}/{s.Record.Tries} {s.Reason} {s.Message}") ?? [];
        return $"{Life.Outcome?.State} {Life.Outcome?.Message} | {string.Join(" | ", open)} | violations: "
            + $"{string.Join(", ", Violations)} | last points: {string.Join(", ", Points.TakeLast(5))} | thrown: "
            + $"{Life.Thrown}";
    }

    /// <summary>How it all ended: what must be the same whatever happened to the operator.</summary>
    public string EndState() => string.Join('\n',
    [
        .. Processes.Select(p => $"{p.Name} {p.Running} {p.Installed} stopped {p.IsStopped}"),
        .. Stores.Select(s => $"store {s.Id} {s.Version}"),
        .. Files.OrderBy(f => f.Key.Host, StringComparer.Ordinal).ThenBy(f => f.Key.Path, StringComparer.Ordinal)
            .Select(f => $"{f.Key.Host}:{f.Key.Path} {f.Value.Length}"),
        .. Limits.Select(l => $"{l.Key} {l.Value}"),
        .. Priorities.Select(p => $"{p.Key} {p.Value}"),
        $"evicted {Evicted.Count}", $"cluster {ClusterVersion}", $"bootstrap {Bootstrap}",
        $"objects {string.Join(", ", Objects.Everything().Select(o => o.Kind))}",
    ]);

    // The world's own scheduler is the only one that may carry continuations.
    private sealed class NoContext : IDisposable
    {
        private readonly SynchronizationContext? _outside = SynchronizationContext.Current;

        public NoContext() => SynchronizationContext.SetSynchronizationContext(null);

        public void Dispose() => SynchronizationContext.SetSynchronizationContext(_outside);
    }
}
