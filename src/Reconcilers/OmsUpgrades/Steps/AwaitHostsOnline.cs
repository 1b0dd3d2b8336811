using System.Globalization;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Domain;

namespace Drydock.Reconcilers.OmsUpgrades.Steps;

/// <summary>
/// Every host is ONLINE in the cm database and its supervisor's heartbeat is fresh by the database's own clock (facts §4.3; host_status alone can be
/// stale for 540 s).
/// </summary>
public sealed class AwaitHostsOnline(IOmsTargets targets) : OmsStep(targets)
{
    private static readonly TimeSpan Freshest = TimeSpan.FromSeconds(60);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var hosts = await metadata.HostsAsync(context.Parameter("database"), cancellationToken);
        var missing = new List<string>();
        var count = 0;
        foreach (var region in context.Parameter("heartbeats").Split(';'))
        {
            var (database, addresses) = (region.Split('=')[0], region.Split('=')[1].Split(','));
            var beats = await metadata.HeartbeatsAsync(database, cancellationToken);
            count += addresses.Length;
            missing.AddRange(addresses.Select(a => Missing(a, database, hosts, beats)).OfType<string>());
        }

        return missing.Count == 0
            ? new Observation.Done($"{count.ToString(CultureInfo.InvariantCulture)} hosts ONLINE with a fresh heartbeat")
            : new Observation.Running(string.Join("; ", missing));
    }

    private static string? Missing(string address, string database, IReadOnlyList<OmsHost> hosts, IReadOnlyList<SupervisorHeartbeat> beats)
    {
        var host = hosts.FirstOrDefault(h => NodeAddress.Normalize(h.Ip) == NodeAddress.Normalize(address));
        if (host is null)
        {
            return $"host {address} is not listed";
        }

        if (!string.Equals(host.Status, "ONLINE", StringComparison.OrdinalIgnoreCase))
        {
            return $"host {address} is {host.Status}";
        }

        var ages = beats.Where(b => NodeAddress.Normalize(b.HostIp) == NodeAddress.Normalize(address)).Select(b => b.Age).ToList();
        return ages.Count == 0 || ages.Min() > Freshest ? $"no fresh heartbeat of {address} in {database}" : null;
    }
}
