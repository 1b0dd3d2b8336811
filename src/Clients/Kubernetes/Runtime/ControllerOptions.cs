using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>How a <see cref="ControllerHost{TEntity}"/> works.</summary>
public sealed record ControllerOptions
{
    /// <summary>Name in metrics and logs; null takes the plural resource name.</summary>
    public string? Name { get; init; }

    /// <summary>How many objects are reconciled in parallel; one object never concurrently.</summary>
    public int Workers { get; init; } = 16;

    /// <summary>
    /// How many of them may work for one namespace at the same time, so that a slow target of one tenant does not block
    /// the others.
    /// </summary>
    public int WorkersPerNamespace { get; init; } = 4;

    /// <summary>Pauses after failed reconciliations, counted per object.</summary>
    public BackoffOptions Backoff { get; init; } = new();

    /// <summary>Reconciliations per second of all objects, on average.</summary>
    public double MaxPerSecond { get; init; } = 50;

    /// <summary>Reconciliations that may run in a burst.</summary>
    public int Burst { get; init; } = 200;

    /// <summary>Reconciliations per second of one namespace, on average.</summary>
    public double MaxPerSecondPerNamespace { get; init; } = 20;

    /// <summary>Reconciliations of one namespace that may run in a burst.</summary>
    public int BurstPerNamespace { get; init; } = 100;
}
