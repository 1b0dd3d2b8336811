using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Engine.Running;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The dependencies of every controller.</summary>
internal record ControllerServices
{
    public required IKubernetesClient Kubernetes { get; init; }

    /// <summary>Whether this process may act.</summary>
    public required IActFence Fence { get; init; }

    public required IEventRecorder Events { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
