using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Engine.Running;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The dependencies of the controller of any kind of run.</summary>
internal record RunServices
{
    public required IKubernetesClient Kubernetes { get; init; }

    public required TargetClaims Claims { get; init; }

    public required IActFence Fence { get; init; }

    public required IEventRecorder Events { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
