using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Leadership;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Contenders for the one Lease of the tests.</summary>
internal static class Electors
{
    /// <summary>A lease of 15 s, given up after 10 s without a renewal, renewed every 2 s.</summary>
    public static LeaderElectionOptions Options(string identity) => new()
    {
        LeaseName = "operator",
        Namespace = "ops",
        Identity = identity,
        LeaseDuration = TimeSpan.FromSeconds(15),
        RenewDeadline = TimeSpan.FromSeconds(10),
        RetryPeriod = TimeSpan.FromSeconds(2),
        WatchdogInterval = TimeSpan.FromMilliseconds(5),
    };

    /// <summary>One that contends once it is run.</summary>
    public static LeaderElector Of(IKubernetesClient api, TimeProvider time, LeaderElectionOptions options) =>
        new(api, options, time, NullLoggerFactory.Instance);
}
