using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Microsoft.Extensions.Logging.Abstractions;
using OmsNode = Drydock.Crds.OmsUpgrades.OmsNode;
using OmsRegion = Drydock.Crds.OmsUpgrades.OmsRegion;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Integration.Oms.Containers;

/// <summary>The targets of a step that needs a dockerd and nothing else.</summary>
internal static class OneHost
{
    public const string Uid = "0f0e";

    /// <param name="secrets">Data of Secrets by name; each key has the value NAME/KEY.</param>
    public static OmsTargets Targets(
        DockerClient docker, string node, ContainerSpec changes, params (string Name, string Key)[] secrets)
    {
        var upgrade = new OmsUpgrade
        {
            Metadata = new V1ObjectMeta { Name = "up", Namespace = "migration", Uid = Uid },
            Spec = new OmsUpgradeSpec
            {
                Container = changes,
                Docker = new DockerAccess { Endpoint = "unix:///run/docker.sock" },
                Regions = [new OmsRegion { Name = "r", Nodes = [new OmsNode { Name = node, HostIP = "192.0.2.1" }] }],
            },
        };
        var services = new OmsServices
        {
            Docker = new DockerEndpoints(_ => docker, TimeProvider.System),
            Kubernetes = null!,
            Metadata = null!,
            Archives = null!,
            Api = null!,
            BackupStorage = null!,
            SnapshotChanges = new(),
            Claims = null!,
            Fence = null!,
            Events = null!,
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        };
        var data = secrets.ToDictionary(
            s => s.Name,
            V1Secret? (s) => new V1Secret
            {
                Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
                {
                    [s.Key] = Encoding.UTF8.GetBytes($"{s.Name}/{s.Key}")
                }
            },
            StringComparer.Ordinal);
        return new OmsTargets(upgrade, new UsedSecrets(data), services, static () => { });
    }
}
