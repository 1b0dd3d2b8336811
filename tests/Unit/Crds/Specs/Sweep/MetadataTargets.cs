using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>Which metadata database the operator would open.</summary>
internal static class MetadataTargets
{
    public static async Task<MySqlOptions> OfAsync(OmsUpgradeSpec spec)
    {
        var world = new OmsWorld();
        MySqlOptions? opened = null;
        await using var targets = await TargetsAsync(
            spec, world, new FakeKubernetes(WorldJson.Crds, new ManualTimeProvider()), target => opened = target);
        targets.OpenMetadata(OmsConfig.Parse(world.Setup.Config(world, world.Hosts[0])).Config!);
        return opened!;
    }

    /// <summary>The targets of an upgrade that opens nothing but its metadata database.</summary>
    public static async Task<OmsTargets> TargetsAsync(
        OmsUpgradeSpec spec, OmsWorld world, FakeKubernetes kubernetes, Action<MySqlOptions>? open = null)
    {
        var upgrade =
            new OmsUpgrade { Metadata = new V1ObjectMeta { Name = "up", Namespace = "oms", Uid = "1" }, Spec = spec };

        // Only the database is opened: what the other services are does not matter.
        var services = new OmsServices
        {
            Kubernetes = kubernetes,
            Metadata = target =>
            {
                open?.Invoke(target);
                return null!;
            },
            Time = new ManualTimeProvider(),
            Loggers = world.Logs,
            Events = world.Events,
            Archives = world.Archives,
            BackupStorage = world.BackupStorage,
            Docker = null!,
            Api = null!,
            SnapshotChanges = new(),
            Claims = null!,
            Fence = null!,
        };
        return new OmsTargets(
            upgrade,
            await SecretUses.ReadAsync(
                kubernetes, SecretReferences.In(upgrade.Spec), upgrade.Metadata.Namespace, CancellationToken.None),
            services, () => { });
    }
}
