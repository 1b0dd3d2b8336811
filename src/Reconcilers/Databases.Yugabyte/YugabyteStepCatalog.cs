using Drydock.Engine.Actions;
using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The actions and guard checks of a YugabyteDB upgrade, bound to its targets. To be made once for one binding: how
/// long an instance has been healthy is counted by the action that looks.
/// </summary>
internal sealed class YugabyteStepCatalog : IStepCatalog
{
    private readonly Dictionary<string, IStepAction> _actions;
    private readonly Dictionary<string, IGuardCheck> _guards;

    /// <summary>Binds them.</summary>
    public YugabyteStepCatalog(IYugabyteTargets targets)
    {
        _actions = new IStepAction[]
        {
            new PreparePackage(targets), new ProveAdminTool(targets), new CheckExtensions(targets), new SetReplication(targets), new AwaitPeers(targets),
            new SwapMaster(targets), new VerifyMaster(targets), new DrainTserver(targets), new SwapTserver(targets), new VerifyTserver(targets), new VerifyVersions(targets),
            new PromoteAutoFlags(targets), new AwaitAutoFlags(targets), new UpgradeCatalog(targets), new RollBackAutoFlags(targets), new ReleaseLeaders(targets),
        }.ToDictionary(a => a.Name, StringComparer.Ordinal);
        _guards = new IGuardCheck[]
        {
            new LeaderBlacklistIsClean(targets), new EveryProcessIsNew(targets), new AutoFlagsAreUnchanged(targets), new ReplicationStaysPaused(targets),
        }.ToDictionary(g => g.Name, StringComparer.Ordinal);
    }

    /// <summary>Names of all actions.</summary>
    public IReadOnlyCollection<string> ActionNames => _actions.Keys;

    /// <inheritdoc />
    public IStepAction Action(string name) =>
        _actions.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"This operator knows no action '{name}': the plan was made by a newer one. Install that version again and let the run end.");

    /// <inheritdoc />
    public IGuardCheck Guard(string name) =>
        _guards.GetValueOrDefault(name) ?? throw new KeyNotFoundException($"This operator knows no guard '{name}': the plan was made by a newer one. Install that version again and let the run end.");
}
