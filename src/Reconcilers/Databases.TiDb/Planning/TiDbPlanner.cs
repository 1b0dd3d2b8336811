using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Compiles the plan of a TiDB upgrade from the spec and the result of preflight. Pure and deterministic. The order is
/// PD, TiKV, pump, TiDB; then drainer, monitoring, TiSpark (docs/research/tidb.md#procedure), one instance after the
/// other, three steps each: drain, swap, verify.
/// </summary>
/// <remarks>
/// PD members have the order of the spec, but the one that leads when the plan is compiled is last, so that leadership
/// moves once. It may move at any time, so the plan's hash is that of the order of the spec: an approval stays valid
/// whichever member leads, because the same is done to the same members. The leader is read again for each member and
/// right before each stop: if leadership has moved to a member whose turn comes, that member transfers it to the last
/// one (<see cref="DrainPd"/>).
/// </remarks>
internal sealed partial class TiDbPlanner(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    /// <summary>How many attempts a step makes automatically.</summary>
    public const int Attempts = 5;

    private readonly TiDbSpec _tidb = spec.Tidb ?? new TiDbSpec();
    private readonly PlanBuilder _plan = new();
    private List<string> _barrier = [];
    private bool _isFinal;

    /// <summary>Compiles the plan.</summary>
    public Plan Compile() => PdOrder.Leads(spec, discovery.PdLeader)
        ? CompileOrder() with { Hash = new TiDbPlanner(spec, discovery with { PdLeader = null }).CompileOrder().Hash }
        : CompileOrder();

    private Plan CompileOrder()
    {
        _plan.Acknowledge(spec.Preflight.Acknowledge);
        PreparePackage();
        Next(
            TiDbStepIds.SaveConfiguration,
            "Save configuration files and PD's configuration",
            new SaveConfiguration.Args(Storage));
        Backup();
        MigrateConfiguration();
        UpgradePd();
        UpgradeTikv();
        UpgradePumps();
        UpgradeTidb();
        Next(TiDbStepIds.LimitMerging, "Limit merging", new LimitMerging.Args(Merging.First));
        UpgradeDrainers();
        UpgradeMonitoring();
        UpgradeTiSpark();
        Verify();
        TuneScheduling();
        new TiDbGuardPlanner(_plan, spec, discovery).Compile();
        new TiDbPlanNotes(_plan, spec, discovery).Compile();
        return _plan.Build();
    }

    private MergeLimits Merging => MergeLimits.Of(_tidb, discovery.ScheduleLimits);

    private string? Storage => StorageText.Of(_tidb.Backup.Storage) is { Length: > 0 } place ? place : null;

    private void PreparePackage()
    {
        foreach (var (name, hosts) in HostGroups.Of(spec))
        {
            _plan.Add(Step(
                TiDbStepIds.Package(name),
                name,
                $"Prepare package {spec.ToVersion} on {name}",
                new PreparePackage.Args([.. hosts], spec.Package.Directory)));
        }

        _barrier = _plan.Phase(DatabaseRollingUpgradePhases.PreparePackage);
    }

    private void Backup()
    {
        if (_tidb.Backup is not { Waived: false } backup)
        {
            return;
        }

        Next(
            TiDbStepIds.Snapshot,
            "Take a full backup with mydumper",
            new TakeSnapshot.Args(
                backup.Databases,
                Storage ?? "",
                backup.Threads,
                backup.Encryption is { Recipients.Count: > 0 } encryption ? encryption.Recipients : null));
    }

    private void MigrateConfiguration()
    {
        foreach (var component in ConfigurationMigration.Checked)
        {
            var files = TiDb.MigrateConfiguration.Args.Of(
                component, discovery.Instances.Where(i => i.Component == component));
            if (files.From.Count > 0)
            {
                Next(
                    TiDbStepIds.Configuration(component),
                    $"Migrate the configuration of {component} to {spec.ToVersion} and check it with the new program",
                    files);
            }
        }
    }

    // Every step after the packages waits for the one before.
    private void Next(PlanStep step)
    {
        _plan.Add(step);
        _barrier = [step.Id];
    }

    private void Next<TArgs>(string id, string title, TArgs args, string? node = null)
        where TArgs : class => Next(Step(id, node, title, args));

    private PlanStep Step<TArgs>(string id, string? node, string title, TArgs args)
        where TArgs : class
    {
        var step = PlannedStep.Of(id, node, title, args, _barrier, timeout: "", Attempts);
        return step with
        {
            Timeout = KubernetesDuration.Format(TiDbTimeouts.Of(spec, step)),
            Reversible = !_isFinal,
        };
    }

    private DiscoveredInstance Discovered(DatabaseInstance instance) =>
        discovery.Instances.First(i => i.Name == instance.Name);
}
