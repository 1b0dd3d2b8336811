using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Stores in a ConfigMap what tidb-ansible or tiup need to manage the upgraded cluster: inventory.ini, and what on the
/// hosts differs from what tidb-ansible of the new version would have left. The name of the ConfigMap has the hash of
/// its content.
/// </summary>
internal sealed class StoreInventory(ITiDbTargets targets) : TiDbStep<StoreInventory.Args>(targets)
{
    /// <summary>Fact: name of the ConfigMap.</summary>
    public const string ConfigMapFact = "configMap";

    /// <summary>Key of the inventory in the ConfigMap.</summary>
    public const string InventoryKey = "inventory.ini";

    /// <summary>Key of the differences in the ConfigMap.</summary>
    public const string DifferencesKey = "differences.txt";

    private const string Word = "inventory";

    public sealed record Args;

    private ListStore Store => new(Targets.Kubernetes, DatabaseRollingUpgrade.KindName, Targets.EnsureMayAct);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var owner = Targets.Upgrade.Metadata;
        var name = (await ListAsync(cancellationToken)).Reference(owner, Word).Name;
        return await Targets.Kubernetes.GetAsync<V1ConfigMap>(name, owner.Namespace, cancellationToken) is null
            ? new Observation.NotStarted($"There is no ConfigMap {name} yet.")
            : new Observation.Done($"The inventory is in ConfigMap {name}.", Entry(ConfigMapFact, name));
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        await Store.StoreAsync(
            Targets.Upgrade.Metadata, Word, await ListAsync(cancellationToken), cancellationToken);

    private async Task<DividedList> ListAsync(CancellationToken cancellationToken)
    {
        var supervisors = new List<string>();
        var differences = new List<string>();
        foreach (var instance in Spec.Instances)
        {
            var target = Targets.Hosts.Target(instance);
            supervisors.Add(target.Control.Supervise is null ? "systemd" : "supervise");
            if (target.Control.Systemd is not null)
            {
                var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
                differences.AddRange(Difference(instance, process.Unit));
            }
            else if (target.Control.Supervise is null)
            {
                differences.Add(
                    $"{instance.Name} on {instance.Host} is started by a script or a command. tidb-ansible expects a "
                    + "unit or a service of daemontools.");
            }
        }

        var pd = Targets.Pd();
        var inventory = AnsibleInventory.Lines(
            Spec,
            await pd.StoresAsync(cancellationToken),
            (await pd.ScheduleAsync(cancellationToken)).LocationLabels,
            supervisors.GroupBy(s => s, StringComparer.Ordinal).MaxBy(g => g.Count())!.Key);
        return DividedList.Of(
        [
            new ListSection(InventoryKey, inventory), new ListSection(DifferencesKey, [.. Always(), .. differences]),
        ]);
    }

    private IEnumerable<string> Difference(DatabaseInstance instance, string? unit)
    {
        var expected = AliasPdUnits.NameOf(Spec, instance);
        if (unit is not { Length: > 0 } || unit == expected)
        {
            yield break;
        }

        if (instance.Component == DatabaseComponent.PD && Targets.Settings().AliasPdUnits)
        {
            yield return $"{instance.Name} on {instance.Host} runs under {unit}, which has the second name {expected} "
                + $"unless the step {TiDbStepIds.PdUnits} was accepted as failed. tidb-ansible {Version} stops it by "
                + $"that name and replaces the link by a unit of its own. Remove {unit} after that.";
        }
        else
        {
            yield return $"{instance.Name} on {instance.Host} runs under {unit}. tidb-ansible {Version} stops "
                + $"{expected}, which does not exist there, and then waits for the port to be closed. Run "
                + "excessive_rolling_update.yml instead of rolling_update.yml the first time, or rename the unit and "
                + "restart the instance.";
        }
    }

    private string Version => $"v{TiDbVersion.Plain(Spec.ToVersion)}";

    private IEnumerable<string> Always() =>
    [
        $"Use the tag {Version} of tidb-ansible. An older checkout would install the old version again.",
        "The start scripts (scripts/run_*.sh) are those of the old version. tidb-ansible writes new ones at its next "
        + "rolling update, for TiKV with --status-addr.",
        $"The configuration files on the hosts are those of {Version}. Copy their changes into group_vars, or "
        + "tidb-ansible replaces them by its own: compare with the Secret of status.configurationRef.",
        "For tiup, put inventory.ini and group_vars into one directory and run `tiup cluster import -d DIRECTORY`. "
        + "tiup takes over clusters of 3.0 and later that run under systemd.",
    ];
}
