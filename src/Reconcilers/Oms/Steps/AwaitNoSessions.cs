using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// No connection from an OMS host is left in the metadata database, so that the dump is of data nobody changes.
/// </summary>
internal sealed class AwaitNoSessions(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var hosts = NodeAddress.Set(context.Parameter("hosts").Split(','));
        var sessions = await metadata.OtherSessionsAsync(context.Parameter("databases").Split(','), [], cancellationToken);
        var left = sessions.Where(s => hosts.Contains(NodeAddress.Normalize(HostOnly(s.Host)))).ToList();
        return left.Count == 0
            ? new Observation.Done("no OMS host is connected")
            : new Observation.Running($"still connected: {string.Join(", ", left.Take(10))}{(left.Count > 10 ? $" and {left.Count - 10} more" : "")}; stop whatever holds them");
    }

    // The process list prints host:port.
    private static string HostOnly(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon > 0 && host.IndexOf(':', StringComparison.Ordinal) == colon ? host[..colon] : host;
    }
}
