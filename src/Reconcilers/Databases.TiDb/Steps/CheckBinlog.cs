using Drydock.Clients.Remote;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Every pump is online, pump -V and drainer -V say the new version where they are installed
/// (docs/research/tidb.md#pump-and-drainer), and drainers answer.
/// </summary>
internal sealed class CheckBinlog(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var problems = new List<string>();
        foreach (var pump in Spec.Of(DatabaseComponent.Pump))
        {
            var own = Spec.Service(pump);
            var node = (await Targets.Binlog().PumpsAsync(own, cancellationToken)).FirstOrDefault(n => own.IsAddress(n.Address));
            if (node is not { IsOnline: true })
            {
                problems.Add($"pump {own} is {node?.State ?? "not registered"}");
            }

            problems.AddRange(await VersionAsync(pump, cancellationToken));
        }

        foreach (var drainer in Spec.Of(DatabaseComponent.Drainer))
        {
            await Targets.Binlog().DrainerAsync(Spec.Service(drainer), cancellationToken);
            problems.AddRange(await VersionAsync(drainer, cancellationToken));
        }

        return problems.Count == 0 ? new Observation.Done("pumps and drainers are online") : new Observation.Running(string.Join("; ", problems));
    });

    // Of the program the process runs from, wherever its swap has put it.
    private async Task<IEnumerable<string>> VersionAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.Executable is not { } path)
        {
            return [$"{instance.Name} does not run"];
        }

        var result = await Targets.Hosts.Files(instance.Host).RunAsync(new RemoteCommand(path, "-V"), cancellationToken);
        var version = ToolOutput.Version(result.Output + "\n" + result.Errors);
        return version is not null && TiDbVersion.Same(version, Spec.ToVersion) ? [] : [$"{path} -V on {instance.Host} says {version ?? StrictJson.Words(result.Output + result.Errors)}"];
    }
}
