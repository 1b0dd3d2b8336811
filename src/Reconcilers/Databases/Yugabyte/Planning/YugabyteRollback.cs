using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether an upgrade can be rolled back, and the rollback, compiled from what each step that has begun says
/// takes it back (<see cref="YugabyteStep.Undo"/>). Pure. If no process was stopped: servers are removed from the
/// leader blacklist, replication resumes, the package stays. Otherwise (docs/project/research/yugabytedb.md#procedure):
/// volatile AutoFlags are rolled back first; then tablet servers go to the old programs, then masters, the leader last;
/// then the universe is verified and replication resumes.</summary>
internal sealed class YugabyteRollback(DatabaseRollingUpgradeSpec spec, PlanProgress done) : YugabyteProcedure(spec)
{
    private readonly List<YugabyteUndo> _undos =
    [
        .. done.Steps.AsEnumerable().Reverse().Where(s => s.HasEverBegun).Select(s => UndoOf(spec, done, s))
            .OfType<YugabyteUndo>(),
    ];

    /// <summary>Compiles the rollback; without steps if nothing was changed.</summary>
    /// <param name="plan">The plan with the progress of its steps.</param>
    /// <exception cref="InvalidOperationException">There is an <see cref="Obstacle"/>.</exception>
    public static Plan Compile(
        DatabaseRollingUpgradeSpec spec, PlanProgress plan, IReadOnlyList<string>? notes = null) =>
        Obstacle(spec, plan) is { } obstacle
            ? throw new InvalidOperationException(obstacle)
            : new YugabyteRollback(spec, plan).Compile(notes ?? []);

    /// <summary>Why what a plan has done cannot be rolled back; null if it can. Before the first process is stopped
    /// everything can be undone, whatever the engine and the versions.</summary>
    public static string? Obstacle(DatabaseRollingUpgradeSpec spec, PlanProgress plan) =>
        plan.Steps.Exists(s => InstanceSwap.Is(s) && s.HasEverBegun)
            ? NeverBecause(spec.IsBmdb, YugabyteVersion.Parse(spec.FromVersion))
                ?? Passed(spec, plan)
                ?? Unknown(spec, plan)
            : null;

    internal static string? NeverBecause(bool isBmdb, YugabyteVersion from) =>
        YugabyteFeatures.CanRollBack(isBmdb, from) ? null
        : isBmdb
            ? "BMDB does not support a downgrade, and its data files may already be of the new version."
        : $"YugabyteDB supports a rollback only from 2.20.2 on, and this upgrade comes from {from}.";

    /// <summary>What takes back the instances that were stopped, or may have been, in the order of the plan.</summary>
    internal static IEnumerable<YugabyteUndo> Swaps(DatabaseRollingUpgradeSpec spec, PlanProgress plan) => plan.Steps
        .Where(s => InstanceSwap.Is(s) && s.HasEverBegun)
        .Select(s => UndoOf(spec, plan, s))
        .OfType<YugabyteUndo>();

    private static YugabyteUndo? UndoOf(DatabaseRollingUpgradeSpec spec, PlanProgress plan, Step step) =>
        YugabyteStep.Read(step)?.Undo(spec, plan, step);

    private static string? Passed(DatabaseRollingUpgradeSpec spec, PlanProgress plan) =>
        plan.Steps.Find(s => s.PointOfNoReturn && s.HasEverBegun) is not { } step ? null
        : step.Is<PromoteAutoFlags>()
            ? $"{step.Id} has begun: AutoFlags that change the data format, or what other clusters see, are or may be "
                + $"promoted, and no process of {spec.FromVersion} can run with them."
        : step.Is<UpgradeCatalog>()
            ? $"{step.Id} has begun: the SQL catalogue is or may be the one of {spec.ToVersion}, which "
                + $"{spec.FromVersion} does not know."
        : $"{step.Id}, a point of no return, has begun.";

    // By the steps alone: a spec with a seed lists no instances.
    private static string? Unknown(DatabaseRollingUpgradeSpec spec, PlanProgress plan)
    {
        var unknown = plan.Steps
            .Where(s => InstanceSwap.Is(s) && s.HasEverBegun)
            .Where(s => InstanceSwap.Replacement(plan, s)?.FormerSha256 is null)
            .Select(InstanceSwap.InstanceOf)
            .OfType<string>()
            .ToList();
        return unknown.Count == 0
            ? null
            : $"The former programs of {string.Join(", ", unknown)} are unknown, because these instances already ran "
                + $"{spec.ToVersion} when the upgrade began.";
    }

    // The reverse of the upgrade, with three exceptions. What is temporary is removed first, and AutoFlags are rolled
    // back before any server. Tablet servers that were not stopped and replication groups do not depend on each other,
    // and of masters the leader goes last anyway: they come in the order of the upgrade.
    private Plan Compile(IReadOnlyList<string> notes)
    {
        StepCatalog<YugabyteCluster>.RequireBegun(done);
        Barrier = [.. Of(Phases.Undo).Where(u => u.Instance is not null).Reverse().Select(
            u => Add(u.Phase, u.Instance, u.Step, []))];
        foreach (var undo in Of(Phases.Undo).Where(u => u.Instance is null).Concat(Of(Phases.RollbackAutoFlags)))
        {
            Chain(undo.Phase, undo.Step);
        }

        List<string> clean = Builder.Phase(Phases.Undo);
        var isSideBySide = RollBackTservers(clean);
        RollBackMasters();
        foreach (var undo in Of(Phases.ResumeReplication).Reverse())
        {
            Chain(undo.Phase, undo.Step);
        }

        // The rollback removes what the upgrade left in the blacklist; after that the blacklist must stay empty.
        if (clean.Count > 0)
        {
            Guard(new LeaderBlacklistIsClean(), clean);
        }

        AddNotes(isSideBySide, notes);
        return Builder.Build();
    }

    private IEnumerable<YugabyteUndo> Of(string phase) => _undos.Where(u => u.Phase == phase);

    // The last one that was stopped may be down, so it goes back first. Servers that the upgrade stopped side by side
    // may all be down, so they go back side by side.
    private bool RollBackTservers(List<string> verified)
    {
        var isSideBySide = false;
        var left = Of(Phases.RollbackTServers).ToList();
        while (left is [var first, ..])
        {
            var beside = StoppedTogether.Others(done, done.Step<DrainTserver>(first.Instance, Phases.UpgradeTServers));
            var batch = left.Where(u => u == first || beside.Contains(u.Instance, StringComparer.Ordinal)).ToList();
            var added = batch.Select(u => AddTserver(
                u.Phase, u.Instance!, (SwapTserver)u.Step, Barrier, settled: [],
                SqlBaseline.Recorded(done, u.Instance!))).ToList();
            Barrier = [.. added.Select(a => a.Verify)];
            verified.AddRange(Barrier);
            isSideBySide |= batch.Count > 1;
            left = [.. left.Except(batch)];
        }

        return isSideBySide;
    }

    // One group: which master is next is read from the world, so its first step says what each of them goes back to.
    private void RollBackMasters()
    {
        var masters = Of(Phases.RollbackMasters).Reverse().ToList();
        if (masters.Count > 0)
        {
            var programs = masters.ToDictionary(m => m.Instance!, m => m.Program!, StringComparer.Ordinal);
            AddMasters(Phases.RollbackMasters, masters.Count, (SwapMaster)masters[0].Step with { Programs = programs });
            Chain(Phases.RollbackMasters, new VerifyVersions(Spec.FromVersion));
            Chain(Phases.Verify, new VerifyUniverse(Spec.FromVersion));
        }
    }

    private void AddNotes(bool isSideBySide, IReadOnlyList<string> notes)
    {
        var stopped = _undos.Count(u => u.Program is not null);
        var zones = isSideBySide ? "; those of one zone that were stopped side by side go back side by side" : "";
        Builder.Note(stopped > 0
            ? $"{stopped} processes are rolled back to {Spec.FromVersion}, one at a time, tablet servers before "
                + $"masters{zones}. The cluster stays available as during the upgrade."
            : _undos.Count == 0
                ? "The upgrade has changed nothing, so there is nothing to roll back."
                : "The upgrade has stopped no process. Its changes are undone; the database keeps running.");
        Builder.Note($"The package in {Spec.Package.Directory} stays on the hosts.");
        if (Of(Phases.ResumeReplication).Any())
        {
            Builder.Note("Replication resumes at once, whatever version the peer runs. Pause it there if the peer is "
                + "being upgraded.");
        }

        foreach (var note in notes)
        {
            Builder.Note(note);
        }
    }
}
