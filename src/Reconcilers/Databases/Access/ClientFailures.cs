using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases;

/// <summary>What a failure of a host or a service means to a step and to preflight, for every engine alike.</summary>
internal static class ClientFailures
{
    /// <summary>
    /// What it comes to in an act; null for any other exception. A request counts as not taken, and is made again until
    /// the step's time is over, if the host or the service was not reached: nothing ran. If it may have run, it counts
    /// so only where doing it twice comes to the same. What a host took and refused is a failed attempt.
    /// </summary>
    /// <param name="exception">The failure.</param>
    /// <param name="isRepeatable">Whether what was asked, done twice, comes to the same.</param>
    public static StepActionException? Refusal(Exception exception, bool isRepeatable) => exception switch
    {
        HostException host => new StepActionException(host.Reason, host.Message, host.IsRetryable, host)
        {
            NotTaken = host is { IsRetryable: true, Reason: Reasons.HostUnreachable } && (isRepeatable || !host.MayHaveRun),
        },
        ServiceException service => new StepActionException(service.Reason, service.Message, retryable: true, service) { NotTaken = isRepeatable || service.IsNotTaken },
        _ => null,
    };

    /// <summary>What it comes to in preflight; null for any other exception.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="node">Which instance or host was asked; null takes the host of the failure.</param>
    /// <param name="field"> The field of the spec that led there; null takes that of the failure. A host knows its
    /// field better than the caller.
    /// </param>
    public static Finding? Finding(Exception exception, string? node, string? field) => exception switch
    {
        HostException host => new Finding
        {
            Reason = host.Reason,
            Message = host.Message,
            Node = node ?? host.Host,
            Field = host.Field ?? field,
        },
        ServiceException service => new Finding
        {
            Reason = service.Reason,
            Message = service.Message,
            Node = node,
            Field = field ?? service.Field,
        },
        _ => null,
    };
}
