namespace Drydock.Reconcilers.Upgrades;

/// <summary>Who wants what was done taken back.</summary>
internal enum RollbackCause
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>spec.desiredState.</summary>
    Request,

    /// <summary>spec.rollbackPolicy, after a failure.</summary>
    Failure,

    /// <summary>An abort while everything is undone.</summary>
    Abort,

    /// <summary>A deletion while everything is undone.</summary>
    Deletion,
}
