namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What the leading master knows of an instance. Changes nothing.</summary>
/// <param name="cluster">The universe.</param>
internal sealed class YugabyteMembership(YugabyteCluster cluster)
{
    public async Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var view = await cluster.ReadAsync(cancellationToken);
        var rpc = cluster.Rpc(instance);
        if (instance.Component == DatabaseComponent.Master)
        {
            if (view.Master(rpc) is not null)
            {
                return $"the universe still lists the master {rpc}. Run `{cluster.Vocabulary.AdminProgram} "
                    + $"change_master_config REMOVE_SERVER {rpc.Host} {rpc.Port}`; the upgrade then continues "
                    + "automatically.";
            }

            // A master that does not answer is listed without its address.
            return view.Masters.FirstOrDefault(m => m.Rpc is null) is { } broken
                ? $"the universe lists a master without an address ({broken.Display}: {broken.Error}), which may be "
                    + $"{rpc}. Run `{cluster.Vocabulary.AdminProgram} change_master_config REMOVE_SERVER {rpc.Host} "
                    + $"{rpc.Port}`; the upgrade then continues automatically."
                : null;
        }

        var isBlacklisted = view.Config.ServerBlacklist.Contains(rpc);
        return view.Tserver(cluster.Web(instance)) switch
        {
            null => null,
            { IsAlive: false } when isBlacklisted => null,
            { IsAlive: false } => $"the universe lists the tablet server {rpc}, which is dead and not in the server "
                + $"blacklist. Run `{cluster.Vocabulary.AdminProgram} change_blacklist ADD {rpc}` and wait until no "
                + "tablet is under-replicated; the upgrade then continues automatically.",
            _ => $"the universe lists the tablet server {rpc} as ALIVE. Remove {instance.Name} from spec.skip, or stop "
                + "the server for good first.",
        };
    }

    public async Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var view = await cluster.ReadAsync(cancellationToken);
        var (rpc, web) = (cluster.Rpc(instance), cluster.Web(instance));
        if (instance.Component == DatabaseComponent.Master
            ? view.Master(rpc) is not { IsAlive: true }
            : view.Tserver(web) is not { IsAlive: true })
        {
            return $"the universe lists no living {instance.Component} {rpc}. Let it join the universe, or correct "
                + "host and port.";
        }

        var running = await cluster.VersionAsync(instance, cancellationToken);
        return YugabyteVersion.Parse(cluster.Spec.ToVersion).Covers(running)
            ? null
            : $"{rpc} runs version {running}, expected {cluster.Spec.ToVersion} (spec.toVersion). Install that version "
                + "there.";
    }
}
