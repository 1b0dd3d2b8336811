namespace Drydock.Reconcilers.Upgrades;

/// <summary>An object of any kind, as the flows of the frame see it.</summary>
/// <param name="Spec">Its spec as the run follows it, with what annotations add
/// (<see cref="ControlAnnotations.Apply"/>).</param>
internal sealed record RunObject(IKubernetesObject Entity, RunSpec Spec, RunStatus? Status)
{
    public V1ObjectMeta Metadata => Entity.Metadata;

    public RunSpec Written { get; init; } = Spec;

    public WordMarks Marks { get; init; } = new();
}
