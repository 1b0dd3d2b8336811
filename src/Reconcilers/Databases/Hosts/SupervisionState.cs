namespace Drydock.Reconcilers.Databases;

/// <summary>What a supervisor says of a process.</summary>
internal enum SupervisionState
{
    /// <summary>Up, and not between two restarts.</summary>
    Active,

    /// <summary>Wanted up, and just ended: restarting, or crash-looping.</summary>
    Restarting,

    /// <summary>Down, and kept so.</summary>
    Inactive,

    /// <summary>There is no such unit or service directory.</summary>
    Missing,

    /// <summary>No supervisor: a plain process or scripts. What counts is whether the process lives.</summary>
    None,
}
