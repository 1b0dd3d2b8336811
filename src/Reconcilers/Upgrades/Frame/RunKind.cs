using System.Text.Json.Serialization.Metadata;
using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// What makes one kind of run: everything the frame does not know of itself. The frame brings the rest: fresh reads,
/// tokens, preflight with back-off and claim, the stored plan and its run, holds and windows, the way back, deletion,
/// ends, conditions and events.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal sealed class RunKind<TEntity, TSpec, TStatus>
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    /// <summary>The kind as written in manifests.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// How objects of the kind are stored: two statuses that are written alike are not written twice.
    /// </summary>
    public required JsonTypeInfo<TEntity> Json { get; init; }

    /// <summary>What the frame's messages call things.</summary>
    public required RunWords Words { get; init; }

    /// <summary>The way to an object's targets.</summary>
    public required IRunAccess<TEntity, TSpec, TStatus> Access { get; init; }

    /// <summary>What its specs and the steps of its plans mean.</summary>
    public required IRunWork<TSpec> Work { get; init; }

    /// <summary>What it reports beside what every run does.</summary>
    public required IRunReport<TSpec, TStatus> Report { get; init; }

    /// <summary>Its way back.</summary>
    public required IRollbackPlanner<TSpec> Rollback { get; init; }

    /// <summary>What is removed after success; null for a kind that leaves nothing to remove.</summary>
    public IRunCleanup<TSpec, TStatus>? Cleanup { get; init; }

    /// <summary>
    /// What must not be left in the targets of a run that rests half way; null for a kind that leaves nothing of that
    /// sort.
    /// </summary>
    public IParkedStateCleanup<TSpec, TStatus>? Rest { get; init; }

    /// <summary>How a step that was lost is done again on restored data; null for a kind without such steps.</summary>
    public IRunRedo<TSpec>? Redo { get; init; }

    /// <summary>The plans in a status of this kind.</summary>
    public PlanSlots<TSpec, TStatus> Plans => field ??= new PlanSlots<TSpec, TStatus>(Cleanup);
}
