namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Every pump is online, pump -V and drainer -V report the new version where they are installed
/// (docs/research/tidb.md#pump-and-drainer), and drainers answer.</summary>
internal sealed record CheckBinlog : TiDbStep, IWaitsOnly
{
    public const string SkippingFact = "skippingBinlog";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var problems = new List<string>();
        foreach (var pump in Spec.Of(DatabaseComponent.Pump))
        {
            var own = Spec.Service(pump);
            var nodes = await Targets.Binlog().PumpsAsync(own, cancellationToken);
            var node = nodes.FirstOrDefault(n => own.IsAddress(n.Address));
            if (node is not { IsOnline: true })
            {
                problems.Add($"Pump {own} is {node?.State ?? "not registered"}.");
            }

            problems.AddRange(await VersionAsync(pump, cancellationToken));
        }

        foreach (var drainer in Spec.Of(DatabaseComponent.Drainer))
        {
            await Targets.Binlog().DrainerAsync(Spec.Service(drainer), cancellationToken);
            problems.AddRange(await VersionAsync(drainer, cancellationToken));
        }

        var skipping = await SkippedBinlog.ByAsync(Targets, cancellationToken);
        return problems.Count == 0
            ? skipping.Count == 0
                ? new Observation.Done("Pumps and drainers are online.")
                : new Observation.Done(
                    $"Pumps and drainers are online. {string.Join(" ", skipping.Select(SkippedBinlog.Warning))}",
                    Entry(SkippingFact, string.Join(", ", skipping)))
            : new Observation.Running(string.Join(" ", problems));
    });

    // The version of the program that the process runs, wherever it is installed.
    private async Task<IEnumerable<string>> VersionAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.Executable is not { } path)
        {
            return [$"{instance.Name} is not running."];
        }

        var command = new RemoteCommand(path, "-V");
        var result = await Targets.Hosts.Files(instance.Host).RunAsync(command, cancellationToken);
        var version = ToolOutput.Version(result.Output + "\n" + result.Errors);
        return version is not null && TiDbVersion.Same(version, Spec.ToVersion)
            ? []
            : [$"`{path} -V` on {instance.Host} reports "
                + $"{version ?? ToolOutput.Excerpt(result.Output + result.Errors)}."];
    }
}
