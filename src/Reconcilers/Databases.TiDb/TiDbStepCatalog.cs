using Drydock.Engine.Actions;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The actions and guard checks of TiDB upgrades, bound to one upgrade's targets.</summary>
internal sealed class TiDbStepCatalog : IStepCatalog
{
    private readonly Dictionary<string, IStepAction> _actions;
    private readonly Dictionary<string, IGuardCheck> _guards;

    /// <summary>Binds them.</summary>
    public TiDbStepCatalog(ITiDbTargets targets)
    {
        _actions = new IStepAction[]
        {
            new PreparePackage(targets), new SaveConfiguration(targets), new TakeSnapshot(targets), new MigrateConfiguration(targets), new SetLeaderPriorities(targets),
            new DrainPd(targets), new DrainTikv(targets), new DrainPump(targets), new DrainTidb(targets), new DrainDrainer(targets), new SwapInstance(targets),
            new VerifyPd(targets), new VerifyTikv(targets), new VerifyPump(targets), new VerifyTidb(targets), new VerifyDrainer(targets),
            new AwaitClusterVersion(targets), new AwaitConsistentServers(targets), new LimitMerging(targets), new RestartService(targets),
            new StopSpark(targets), new ReplaceSparkJar(targets), new StartSpark(targets), new SmokeSpark(targets),
            new CheckProcesses(targets), new CheckCluster(targets), new CheckBinlog(targets), new CountFailedStatements(targets), new RaiseScheduleLimit(targets),
        }.ToDictionary(a => a.Name, StringComparer.Ordinal);
        _guards = new IGuardCheck[]
        {
            new ClusterIsTheSame(targets), new NoDdlAppears(targets), new NoEvictSchedulerIsLeft(targets), new ScheduleLimitsStay(targets),
            new LeaderPriorityStaysCleared(targets), new SnapshotStays(targets),
        }.ToDictionary(g => g.Name, StringComparer.Ordinal);
    }

    /// <summary>Names of all actions.</summary>
    public IReadOnlyCollection<string> ActionNames => _actions.Keys;

    /// <summary>Names of all guard checks.</summary>
    public IReadOnlyCollection<string> GuardNames => _guards.Keys;

    /// <inheritdoc />
    public IStepAction Action(string name) =>
        _actions.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"This operator knows no action '{name}': the plan was made by a newer one. Install that version again and let the run end.");

    /// <inheritdoc />
    public IGuardCheck Guard(string name) =>
        _guards.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"This operator knows no guard '{name}': the plan was made by a newer one. Install that version again and let the run end.");
}
