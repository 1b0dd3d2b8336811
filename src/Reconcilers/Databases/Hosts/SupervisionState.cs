namespace Drydock.Reconcilers.Databases;

/// <summary>The state of a process as its supervisor reports it.</summary>
internal enum SupervisionState
{
    Active,

    Restarting,

    /// <summary>Stopped; the supervisor does not start it.</summary>
    Inactive,

    Missing,

    /// <summary>No supervisor: a plain process or scripts. Only whether the process is alive counts.</summary>
    None,
}
