namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Compares pumps and drainers that are registered with the spec, and finds out whether binlog is on
/// (docs/research/tidb.md#pump-and-drainer). Changes nothing.</summary>
internal sealed class BinlogPreflight(ITiDbTargets targets, Findings findings)
{
    private DatabaseRollingUpgradeSpec Spec => targets.Spec();

    public async Task<IReadOnlyList<string>> LookAsync(CancellationToken cancellationToken)
    {
        var pumps = Spec.Of(DatabaseComponent.Pump).ToList();
        var drainers = Spec.Of(DatabaseComponent.Drainer).ToList();
        if (targets.Settings().CredentialsSecretRef is not null)
        {
            await findings.LookAsync(
                async () => Compare("pump", pumps, await targets.Sql.PumpsAsync(cancellationToken)));
            await findings.LookAsync(
                async () => Compare("drainer", drainers, await targets.Sql.DrainersAsync(cancellationToken)));
        }

        foreach (var pump in pumps)
        {
            await findings.LookAsync(() => PumpAsync(pump, cancellationToken), pump.Name);
        }

        foreach (var drainer in drainers)
        {
            await findings.LookAsync(
                async () => await targets.Binlog().DrainerAsync(Spec.Service(drainer), cancellationToken) is not null,
                drainer.Name);
        }

        if (pumps.Count == 1 && !Spec.AllowUnavailability)
        {
            findings.Add(
                Reasons.QuorumTooSmall,
                $"{pumps[0].Name} is the only pump: writes fail while it restarts. Add a pump, or accept the "
                + "outage with spec.allowUnavailability: true.",
                pumps[0].Name,
                "spec.allowUnavailability");
        }

        var skipping = pumps.Count == 0 ? [] : await findings.LookAsync<List<string>>(
            async () => await SkippedBinlog.ByAsync(targets, cancellationToken)) ?? [];
        return
        [
            .. skipping.Select(SkippedBinlog.Warning),
            pumps.Count == 0
                ? "Binlog is off: there is no pump."
                : $"Binlog is on: {pumps.Count} pumps and {drainers.Count} drainers. Pumps are upgraded with the "
                    + "cluster, drainers after it.",
        ];
    }

    private async Task<bool> PumpAsync(DatabaseInstance pump, CancellationToken cancellationToken)
    {
        var own = Spec.Service(pump);
        var node = (
            await targets.Binlog().PumpsAsync(own, cancellationToken)).FirstOrDefault(n => own.IsAddress(n.Address));
        if (node is not { IsOnline: true })
        {
            findings.Add(
                Reasons.InstanceDown,
                $"Pump {own} is {node?.State ?? "not registered under this address"}, expected online. Start it, and "
                + "check its address with `binlogctl -cmd pumps`.",
                pump.Name);
        }

        return true;
    }

    private bool Compare(string kind, List<DatabaseInstance> instances, IReadOnlyList<BinlogNode>? registered)
    {
        if (registered is null)
        {
            return false;
        }

        foreach (var stranger in registered.Where(
            n => !n.IsOffline && !instances.Exists(i => Spec.Service(i).IsAddress(n.Address))))
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"A {kind} at {stranger.Address} ({stranger.NodeId}, {stranger.State}) is registered, but "
                + "spec.instances does not list it. Add it, or take it offline with binlogctl.",
                field: "spec.instances");
        }

        foreach (var instance in instances.Where(i => !registered.Any(n => Spec.Service(i).IsAddress(n.Address))))
        {
            findings.Add(
                Reasons.InstancesDiffer,
                $"{instance.Name} ({Spec.Service(instance)}) is not registered as a {kind}. Correct its host or "
                + "port, or remove it from spec.instances.",
                instance.Name,
                $"spec.instances[{instance.Name}]");
        }

        return true;
    }
}
