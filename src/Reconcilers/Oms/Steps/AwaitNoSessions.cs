using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Waits until no OMS host is connected to the metadata database, so that nothing changes the data during the dump.
/// </summary>
internal sealed class AwaitNoSessions(IOmsTargets targets) : OmsStep<AwaitNoSessions.Args>(targets), IWaitsOnly
{
    private const int Listed = 10;

    /// <param name="Databases">The databases whose sessions count.</param>
    /// <param name="Hosts">The addresses of the OMS hosts.</param>
    public sealed record Args(List<string> Databases, List<string> Hosts);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var hosts = NodeAddress.Set(args.Hosts);
        var sessions = await metadata.OtherSessionsAsync(args.Databases, [], cancellationToken);
        var left = sessions.Where(s => hosts.Contains(NodeAddress.Normalize(HostOnly(s.Host)))).ToList();
        if (left.Count == 0)
        {
            return new Observation.Done("No OMS host is connected to the metadata database.");
        }

        var more = left.Count > Listed ? $" and {left.Count - Listed} more" : "";
        return new Observation.Running(
            $"Still connected to the metadata database: {string.Join(", ", left.Take(Listed))}{more}. "
            + "Stop the processes that hold these sessions.");
    }

    // The process list prints host:port.
    private static string HostOnly(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon > 0 && host.IndexOf(':', StringComparison.Ordinal) == colon ? host[..colon] : host;
    }
}
