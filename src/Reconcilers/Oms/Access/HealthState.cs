namespace Drydock.Reconcilers.Oms;

/// <summary>Health of a node.</summary>
internal enum HealthState
{
    /// <summary>It says it is healthy.</summary>
    Healthy,

    /// <summary>It answers and is not healthy (yet).</summary>
    Unhealthy,

    /// <summary>It answers and has no such endpoint.</summary>
    NoEndpoint,

    /// <summary>It does not answer.</summary>
    Unreachable,
}
