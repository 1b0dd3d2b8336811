namespace Drydock.Reconcilers.Databases;

/// <summary>The state of a process as its supervisor reports it.</summary>
internal enum SupervisionState
{
    /// <summary>Up, and not between two restarts.</summary>
    Active,

    /// <summary>Should run and has just ended: restarting, or crash-looping.</summary>
    Restarting,

    /// <summary>Stopped; the supervisor does not start it.</summary>
    Inactive,

    /// <summary>The unit or service directory does not exist.</summary>
    Missing,

    /// <summary>No supervisor: a plain process or scripts. Only whether the process is alive counts.</summary>
    None,
}
