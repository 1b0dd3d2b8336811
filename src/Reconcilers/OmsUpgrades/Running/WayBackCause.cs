namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>Who wants what was done taken back.</summary>
internal enum WayBackCause
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>spec.desiredState.</summary>
    Request,

    /// <summary>spec.rollbackPolicy, after a failure.</summary>
    Failure,

    /// <summary>An abort before T1.</summary>
    Abort,

    /// <summary>A deletion before T1.</summary>
    Deletion,
}
