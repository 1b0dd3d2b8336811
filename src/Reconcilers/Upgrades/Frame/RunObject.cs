using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>An object of any kind, as the flows of the frame see it.</summary>
/// <param name="Entity">The object itself.</param>
/// <param name="Spec">Its spec as the run follows it, with what annotations add
/// (<see cref="ControlAnnotations.Apply"/>).</param>
/// <param name="Status">Its status; null before the first write.</param>
internal sealed record RunObject(IKubernetesObject Entity, RunSpec Spec, RunStatus? Status)
{
    /// <summary>Its metadata.</summary>
    public V1ObjectMeta Metadata => Entity.Metadata;

    /// <summary>Its spec as it is written.</summary>
    public RunSpec Written { get; init; } = Spec;
}
