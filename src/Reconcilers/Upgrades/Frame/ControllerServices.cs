namespace Drydock.Reconcilers.Upgrades;

/// <summary>The dependencies of every controller.</summary>
internal record ControllerServices
{
    public required IKubernetesClient Kubernetes { get; init; }

    public required IActFence Fence { get; init; }

    public required IEventRecorder Events { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}

/// <summary>The dependencies of the controller of any kind of run.</summary>
internal record RunServices : ControllerServices
{
    public required TargetClaims Claims { get; init; }
}
