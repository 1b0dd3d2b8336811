namespace Drydock.Reconcilers.Databases;

/// <summary>Converts a failure of a host or a service into a finding of the preflight.</summary>
internal static class ClientFailures
{
    /// <summary>The finding; null for any other exception.</summary>
    /// <param name="node">The instance or host that was asked; null takes the host of the failure.</param>
    /// <param name="field">The field of the spec that named the target; null takes that of the failure. The field of a
    /// host's failure is preferred.</param>
    public static Finding? Finding(Exception exception, string? node, string? field) => exception switch
    {
        HostException host => Of(host, node ?? host.Host, host.Field ?? field),
        ServiceException service => Of(service, node, field ?? service.Field),
        _ => null,
    };

    private static Finding Of(TargetException failure, string? node, string? field) =>
        new() { Reason = failure.Reason, Message = failure.Message, Node = node, Field = field };
}
