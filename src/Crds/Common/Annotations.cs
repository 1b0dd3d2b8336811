namespace Drydock.Crds.Common;

/// <summary>
/// Annotations by which a person speaks to a run when the spec belongs to a GitOps tool, and marks Drydock sets itself.
/// </summary>
public static class Annotations
{
    /// <summary>
    /// Lets a hold go: <c>NAME@HASH</c>, NAME as in <c>spec.holdBefore</c>, HASH the first 8 hex digits of the plan
    /// hash; several are comma separated.
    /// </summary>
    public const string Approve = "drydock.dev/approve";

    /// <summary>A new value goes on after a failure, as <c>spec.retry</c> does.</summary>
    public const string Retry = "drydock.dev/retry";

    /// <summary>
    /// A new value starts nothing more and lets running steps finish; the run is then Failed with reason Aborted.
    /// Before T1 what was changed is undone.
    /// </summary>
    public const string Abort = "drydock.dev/abort";

    /// <summary>
    /// With the value <see cref="Abandon"/>: a deletion does not wait for the plan; what was left where is said in an
    /// event and in the log.
    /// </summary>
    public const string OnDelete = "drydock.dev/on-delete";

    /// <summary>On a CRD: the number of its schema (<see cref="CrdSchema.Version"/>).</summary>
    public const string Schema = "drydock.dev/schema";

    /// <summary>
    /// On what an upgrade made: the name of the upgrade. A label value could not hold every name: it ends at 63
    /// characters.
    /// </summary>
    public const string Upgrade = "drydock.dev/upgrade";

    /// <summary>The value of <see cref="OnDelete"/> that lets an object go at once.</summary>
    public const string Abandon = "Abandon";
}
