using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What a failure of a host or a service means to the preflight of any engine.</summary>
internal static class ClientFailures
{
    /// <summary>The finding; null for any other exception.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="node">The instance or host that was asked; null takes the host of the failure.</param>
    /// <param name="field">
    /// The field of the spec that led there; null takes that of the failure. A host knows its field better than the
    /// caller.
    /// </param>
    public static Finding? Finding(Exception exception, string? node, string? field) => exception switch
    {
        HostException host => Of(host, node ?? host.Host, host.Field ?? field),
        ServiceException service => Of(service, node, field ?? service.Field),
        _ => null,
    };

    private static Finding Of(TargetException failure, string? node, string? field) =>
        new() { Reason = failure.Reason, Message = failure.Message, Node = node, Field = field };
}
